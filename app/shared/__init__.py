"""What all visitors of a server share: threads, the queue of exports, the document of a page."""
