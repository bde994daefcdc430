"""Texts: our own, which is a language, and those of users, which are known by their digests."""

import re

import numpy as np
import pytest

from engine.cli import main
from engine.errors import InputError
from engine.spec import Spec
from engine.texts import corpus, language

POEM = "Ein Text, der nicht der unsere ist; ça suffit. " * 40
TINY = ["width=4", "layers=1", "hidden=3", "context=4", "batch_size=2", "steps=3"]


def test_our_own_text_is_the_same_at_every_length_and_a_language():
    text = language.text()
    assert len(text) == language.LENGTH
    assert text.startswith(language.text(500))
    sentences = [s for s in text.split(". ")[:-1] if s]
    kinds = set(sentences)
    assert 20 < len(kinds) < 300
    for sentence in kinds:
        words = sentence.split()
        noun = next(w for w in words if w.rstrip("s") in language.NOUNS)
        verb = words[words.index(noun) + 1]
        plural = noun.endswith("s")
        assert verb.endswith("s") != plural
        known = language.VERBS[language.NOUNS.index(noun.removesuffix("s"))]
        assert (verb + "s" if plural else verb) in known
        assert not (plural and words[0] == "one")


def test_it_can_be_foretold_in_part():
    """What is left of the surprise once five letters are known: some, and much less than of one."""
    text = language.text(200_000)

    def entropy(n):
        blocks = np.unique([text[i : i + n] for i in range(len(text) - n)], return_counts=True)[1]
        shares = blocks / blocks.sum()
        return float(-(shares * np.log(shares)).sum())

    assert 0.2 < entropy(6) - entropy(5) < 0.5 * (entropy(2) - entropy(1))


def test_a_text_is_known_by_its_digest_and_kept():
    name = corpus.keep(POEM.encode())
    assert re.fullmatch("[0-9a-f]{16}", name)
    assert corpus.keep(POEM.encode()) == name != corpus.keep((POEM + ".").encode())
    assert corpus.text(name) == POEM
    spec = Spec.make("transformer", {"corpus": name})
    assert Spec.from_json(spec.to_json()) == spec
    assert spec.digest() != Spec.make("transformer").digest()
    assert spec.system.letters == len(set(POEM))


def test_a_file_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "large.txt"
    path.write_bytes(b"a" * (corpus.LARGEST + 1))
    monkeypatch.setattr("pathlib.Path.read_bytes", lambda path: pytest.fail("it was read"))
    with pytest.raises(InputError, match=r"large.txt has 4,000,001 bytes; at most 4,000,000"):
        corpus.keep_file(path)


def test_a_mark_of_byte_order_is_no_letter():
    assert corpus.text(corpus.keep(b"\xef\xbb\xbf" + POEM.encode())) == POEM


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"\xff\xfe" * 1000, "no text in UTF-8: byte 0 is 0xff"),
        (b"abc", "has 3 characters; at least 1,000 are needed"),
        (b"a\0" * 1000, "zero bytes"),
        (b"a" * (corpus.LARGEST + 1), "at most 4,000,000 are taken"),
    ],
)
def test_what_is_no_text_to_learn_is_refused_in_one_line(data, complaint):
    with pytest.raises(InputError, match=complaint) as raised:
        corpus.keep(data, "poem.txt")
    assert str(raised.value).startswith("poem.txt")


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("0123456789abcdef", "the text 0123456789abcdef is not known here; give it with --corpus"),
        ("../secret", "corpus must be 'synthetic' or the 16 digits"),
    ],
)
def test_a_text_that_nobody_gave_is_refused(name, complaint):
    with pytest.raises(InputError, match=complaint):
        Spec.make("transformer", {"corpus": name})


def test_a_text_of_too_many_letters_needs_a_vocabulary():
    name = corpus.keep("".join(map(chr, range(0x4E00, 0x4E00 + 5000))).encode())
    with pytest.raises(InputError, match="5,000 different letters; set vocabulary"):
        Spec.make("transformer", {"corpus": name})
    assert Spec.make("transformer", {"corpus": name, "vocabulary": 50}).system.letters == 51


def test_a_text_too_short_for_the_context_is_refused_before_anything_is_trained(tmp_path, capsys):
    path = tmp_path / "short.txt"
    path.write_text("ab" * 500)
    arguments = ["inspect", "--preset", "transformer-mini", "--corpus", str(path), "--set"]
    assert main([*arguments, "context=998", "--at", "0.01", "0.01"]) == 2
    assert "has 1,000 letters, too few for context 998" in capsys.readouterr().err


def test_a_file_is_learnt_by_the_command_line_and_its_field_rendered_again(tmp_path, capsys):
    path = tmp_path / "poem.txt"
    path.write_text(POEM, "utf-8")
    first, again = tmp_path / "a.npz", tmp_path / "b.npz"
    size = ["--size", "3", "--store", "none"]
    assert main(["render", "--preset", "transformer-mini", "--corpus", str(path), "--set", *TINY,
                 *size, "-o", str(first)]) == 0  # fmt: skip
    assert main(["render", "--from", str(first), "--store", "none", "-o", str(again)]) == 0
    one, other = np.load(first), np.load(again)
    assert np.array_equal(one["field"], other["field"])
    assert Spec.make("transformer").system.corpus not in str(one["spec"])
    assert corpus.keep(POEM.encode()) in str(one["spec"])
    (corpus.folder_of_texts() / f"{corpus.keep(POEM.encode())}.txt").unlink()
    corpus.text.cache_clear()
    again_from = ["render", "--from", str(first), "--store", "none", "-o", str(again)]
    assert main(again_from) == 2
    assert "is not known here" in capsys.readouterr().err
    assert main([*again_from, "--corpus", str(path)]) == 0
    capsys.readouterr()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--preset", "transformer-mini", "--corpus", "nowhere.txt"], "nowhere.txt cannot be read"),
        (["--preset", "tanh", "--corpus", __file__], "unknown setting of mlp 'corpus'"),
    ],
)
def test_a_wrong_corpus_is_wrong_use(arguments, complaint, capsys):
    assert main(["inspect", *arguments, "--at", "0.01", "0.01"]) == 2
    said = capsys.readouterr().err
    assert complaint in said
    assert said.count("\n") == 1
