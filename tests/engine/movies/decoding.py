"""Movies, read back."""

import av


def decoded(path):
    """Return the frames of a movie as PIL images in RGB."""
    with av.open(str(path)) as container:
        return [frame.to_image() for frame in container.decode(video=0)]
