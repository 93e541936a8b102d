"""Pools of sounds: what is taken, drawn, played and embedded."""

import io
import struct
import warnings
import wave

import numpy as np
import pytest
from scipy.io import wavfile

import nblabel as nb
from nblabel.pool import sound_files
from nblabel.pool.sounds import PIECES, SAMPLES
from nblabel.pool.spectra import decibels, mel_spectra
from nblabel.widget.panel.playing import wav_of
from tests.sounds import RATE, sound_folder, tone


@pytest.fixture
def without_soundfile(monkeypatch):
    """As where the extra is not installed."""
    monkeypatch.setattr(sound_files, "soundfile", lambda: None)


def levels(picture, rows):
    """The mean grey of some rows of a picture."""
    return picture[rows].astype(float).mean()


def test_a_folder_of_sounds_becomes_a_pool(tmp_path):
    (tmp_path / "birds").mkdir()
    sound_folder(tmp_path / "birds")
    (tmp_path / "cover.txt").write_text("x", encoding="utf-8")
    with pytest.warns(UserWarning, match="1 file left out: 1 .txt"):
        pool = nb.Pool.from_folder(tmp_path)
    assert (pool.kind, len(pool)) == ("sounds", 6)
    assert pool.ids[0] == "birds/0.wav"
    assert set(pool.folders["label"]) == {"birds"}
    samples, rate = pool.sound(0, 0.1, 0.2)
    assert (samples.shape, samples.dtype, rate) == ((1600, 1), np.float32, RATE)
    assert np.abs(samples - tone(0)[800:2400, None] * 20_000 / 32_768).max() < 1e-4


def test_of_two_kinds_of_files_the_one_with_more_is_taken(tmp_path):
    sound_folder(tmp_path, 2)
    from PIL import Image

    for name in "abc":
        Image.new("L", (4, 4)).save(tmp_path / f"{name}.png")
    with pytest.warns(UserWarning, match="2 files left out: 2 .wav"):
        assert nb.Pool.from_folder(tmp_path).kind == "images"
    (tmp_path / "a.png").unlink()
    (tmp_path / "b.png").unlink()
    with pytest.warns(UserWarning, match="1 file left out: 1 .png"):
        assert nb.Pool.from_folder(tmp_path).kind == "sounds"


def test_a_folder_without_either_says_what_is_read(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no image file .* no sound \(.wav, .flac"):
        nb.Pool.from_folder(tmp_path)


def test_other_files_than_wav_need_the_extra(tmp_path, without_soundfile):
    sound_folder(tmp_path, 1)
    (tmp_path / "a.flac").write_bytes(b"fLaC")
    with pytest.warns(UserWarning, match=r"1 .flac; for .flac: pip install 'nblabel\[audio\]'"):
        pool = nb.Pool.from_folder(tmp_path)
    assert pool.sound(0)[0].shape == (4000, 1)
    alone = nb.Pool(sounds=[tmp_path / "a.flac"])
    with pytest.raises(nb.MediaError, match=r"^a.flac cannot be read: such files need pip install"):
        alone.drawing(0)


@pytest.mark.parametrize("suffix", [".flac", ".ogg", ".aiff", ".wav"])
def test_files_are_read_by_the_extra(tmp_path, suffix):
    soundfile = pytest.importorskip("soundfile")
    stereo = np.stack([tone(0), tone(1)], axis=1)
    soundfile.write(tmp_path / f"a{suffix}", stereo, RATE)
    pool = nb.Pool.from_folder(tmp_path)
    samples, rate = pool.sound(0)
    assert (samples.shape, rate) == (stereo.shape, RATE)
    assert np.abs(samples - stereo).mean() < 0.02  # vorbis is lossy
    assert pool.drawing(0).about == "500 ms · 8,000 Hz · 2 channels"


@pytest.mark.parametrize(
    ("dtype", "scale", "shift"),
    [(np.uint8, 127, 128), (np.int16, 32_000, 0), (np.int32, 2**31 - 200, 0), (np.float32, 1, 0)],
)
def test_wav_files_are_read_without_the_extra(tmp_path, without_soundfile, dtype, scale, shift):
    given = np.rint(tone(0) * scale + shift).astype(dtype) if scale > 1 else tone(0)
    wavfile.write(tmp_path / "a.wav", RATE, given)
    samples, rate = nb.Pool(sounds=[tmp_path / "a.wav"]).sound(0, 0.25)
    assert rate == RATE
    assert np.abs(samples[:, 0] - tone(0)[2000:]).max() < 0.02


def test_wav_files_of_24_bits_are_read_as_a_whole(tmp_path, without_soundfile, monkeypatch):
    whole = np.rint(tone(0) * 2**23 * 0.9).astype("<i4")
    data = b"".join(struct.pack("<i", one)[:3] for one in whole.tolist())
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 3, RATE, 0, "NONE", ""))
        file.writeframes(data)
    pool = nb.Pool(sounds=[tmp_path / "a.wav"])
    assert np.abs(pool.sound(0)[0][:, 0] - tone(0) * 0.9).max() < 1e-4
    monkeypatch.setattr(sound_files, "AT_ONCE", 1000)
    with pytest.raises(nb.MediaError, match="a.wav cannot be read: long files of 24 bits need pip"):
        pool.drawing(0)


def test_arrays_and_dicts_of_datasets_are_taken(tmp_path):
    sound_folder(tmp_path, 1)
    stereo = np.zeros((900, 2), np.int16)
    decoded = {"array": tone(1, rate=4000), "sampling_rate": 4000, "path": None}
    pool = nb.Pool(
        sounds=[tone(0), stereo, decoded, tmp_path / "0.wav"], sampling_rate=RATE, ids=[*"abcd"]
    )
    assert [pool.media.head(at).rate for at in range(4)] == [RATE, RATE, 4000, RATE]
    assert [pool.sound(at)[0].shape[1] for at in range(4)] == [1, 2, 1, 1]
    assert nb.Pool(sounds=np.zeros((3, 500)), sampling_rate=100).drawing(2).about == (
        "5 s · 100 Hz · 1 channel · silence"
    )


@pytest.mark.parametrize(
    ("given", "rate", "message"),
    [
        ([np.zeros(9)], None, r"pass sampling_rate=, in samples per second"),
        ([np.zeros(9)], 0, "sampling_rate is 0; pass the samples per second"),
        ([np.zeros(9)], True, "sampling_rate is True"),
        ([np.zeros((2, 900))], 100, r"900 channels. Put the samples first: array.T"),
        ([np.zeros(0)], 100, "sound 0 holds no samples"),
        ([np.zeros((2, 2, 2))], 100, r"sound 0 is a ndarray of shape \(2, 2, 2\)"),
        ([object()], 100, "sound 0 is a object of shape"),
        (["a.wav"], 100, "sampling_rate= is for arrays; files say theirs"),
    ],
)
def test_what_is_no_sound_is_refused(given, rate, message):
    with pytest.raises(ValueError, match=message):
        nb.Pool(sounds=given, sampling_rate=rate)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("folder", r"single path; use Pool.from_folder\('folder'\)"),
        ({"a": 1}, "sounds is a dict"),
        (3, "sounds is a int"),
    ],
)
def test_what_is_no_list_is_refused(given, message):
    with pytest.raises(TypeError, match=message):
        nb.Pool(sounds=given)


def test_options_of_other_kinds_are_refused():
    with pytest.raises(ValueError, match="sampling_rate= is for sounds, and there are none"):
        nb.Pool(texts=["a"], sampling_rate=9)
    with pytest.raises(ValueError, match="range= is for images"):
        nb.Pool(sounds=[np.zeros(9)], sampling_rate=9, range=(0, 1))
    with pytest.raises(ValueError, match="texts and sounds were given"):
        nb.Pool(texts=["a"], sounds=["a.wav"])


@pytest.mark.parametrize("data", [b"", b"RIFF", b"no sound at all" * 99])
@pytest.mark.parametrize("extra", [True, False])
def test_a_broken_file_is_told_by_its_name(tmp_path, data, extra, monkeypatch):
    if not extra:
        monkeypatch.setattr(sound_files, "soundfile", lambda: None)
    (tmp_path / "bad.wav").write_bytes(data)
    sound_folder(tmp_path, 3)
    pool = nb.Pool.from_folder(tmp_path)
    bad = pool.index_of("bad.wav")
    with pytest.raises(nb.MediaError, match=r"^bad.wav cannot be read: "):
        pool.drawing(bad)
    with pytest.warns(UserWarning, match="bad.wav cannot be read"):
        X = nb.embed(pool, dim=2)
    assert np.isfinite(X).all()
    gone = nb.Pool(sounds=[tmp_path / "gone.wav"])
    with pytest.raises(nb.MediaError, match=r"gone.wav cannot be read: "):
        gone.drawing(0)
    with pytest.raises(nb.MediaError, match="none of the sounds can be read"):
        nb.embed(gone)


def test_waveform_above_and_spectrogram_below():
    t = np.arange(RATE) / RATE
    low_then_high = np.where(t < 0.5, np.sin(2 * np.pi * 200 * t), np.sin(2 * np.pi * 3000 * t))
    picture = nb.Pool(sounds=[low_then_high], sampling_rate=RATE).drawing(0, 400).picture
    assert (picture.shape, picture.dtype) == ((300, 400, 3), np.uint8)
    below = picture[100:].astype(float).sum(axis=2)
    loudest = below[10:-20, :].argmax(axis=0)  # without the words
    early, late = np.median(loudest[40:180]), np.median(loudest[220:380])
    assert early > 140  # a low tone is drawn low
    assert late < 60
    assert nb.Pool(sounds=[tone(0)], sampling_rate=RATE).drawing(0, 96).picture.shape == (72, 96, 3)


def test_two_channels_are_drawn_in_two_strips():
    stereo = np.stack([np.zeros(800), tone(1)[:800]], axis=1)
    picture = nb.Pool(sounds=[stereo], sampling_rate=RATE).drawing(0, 300).picture
    blue = (picture[..., 2] > picture[..., 0]).mean(axis=1)
    assert blue[2:34].max() > 0.9  # the line of silence
    assert (blue[2:34] > 0.5).sum() <= 2
    assert (blue[40:72] > 0.05).sum() > 10


def test_silence_is_drawn_and_told():
    pool = nb.Pool(sounds=[np.zeros(4000), np.full(4000, np.nan)], sampling_rate=RATE)
    for index in range(2):
        drawing = pool.drawing(index)
        assert drawing.about.endswith("silence")
        assert np.unique(drawing.picture[130:360, 80:], axis=0).shape[0] == 1
    assert np.isfinite(nb.embed(pool)).all()


@pytest.mark.parametrize("extra", [True, False])
def test_of_a_long_sound_pieces_are_read(tmp_path, monkeypatch, extra):
    rate, seconds = 2000, 3600
    samples = np.zeros(rate * seconds, np.int16)
    samples[-rate * 600 :] = np.tile((tone(1, 1.0, rate) * 20_000).astype(np.int16), 600)
    wavfile.write(tmp_path / "hour.wav", rate, samples)
    if not extra:
        monkeypatch.setattr(sound_files, "soundfile", lambda: None)
    pool = nb.Pool.from_folder(tmp_path)
    pieces, head = pool.media.pieces(0)
    assert pieces.shape == (PIECES, SAMPLES // PIECES, 1)
    assert head.seconds == seconds
    drawing = pool.drawing(0)
    assert drawing.about == "1:00:00 · 2,000 Hz · 1 channel · overview of a long sound"
    assert drawing.seconds == seconds
    blue = (drawing.picture[:120, :, 2] > drawing.picture[:120, :, 0]).mean(axis=0)
    assert blue[:400].max() < 0.05  # nothing is heard in the first five sixths
    assert blue[440:].mean() > 0.2
    part, _ = pool.sound(0, 3599, 30)
    assert part.shape == (rate, 1)
    assert pool.sound(0, 4000, 30)[0].shape == (0, 1)


def test_a_band_has_the_power_of_its_frequencies():
    t = np.arange(16_000) / 16_000
    for frequency in (200, 1000, 5000):
        piece = np.sin(2 * np.pi * frequency * t).astype(np.float32)[None]
        power = mel_spectra(piece, 16_000, 40, 8_000)
        assert power.shape[2] == 40
        mel = 2595 * np.log10(1 + frequency / 700) / (2595 * np.log10(1 + 8000 / 700))
        assert abs(power.mean(axis=(0, 1)).argmax() - (mel * 41 - 1)) < 1
    above = mel_spectra(piece[:, ::4].copy(), 4_000, 40, 8_000)  # which the rate does not reach
    assert not above[..., -12:].any()
    quiet = decibels(np.zeros((3, 4), np.float32), 80)
    assert (quiet == -80).all()
    some = decibels(np.array([1, 1e-3, 1e-30], np.float32), 80)
    assert some == pytest.approx([0, -30, -80], abs=1e-5)  # processors round the last bit anyhow


def test_embeddings_tell_kinds_of_sounds_apart():
    y = np.arange(40) % 2
    pool = nb.Pool(sounds=[tone(one) for one in range(40)], sampling_rate=RATE)
    assert nb.embeddings.choose(pool).method == "logmel"
    X = nb.embed(pool)
    nearest = np.linalg.norm(X[:, None] - X[None], axis=2)
    np.fill_diagonal(nearest, np.inf)
    assert (y[nearest.argmin(axis=1)] == y).all()
    assert nb.embed(pool, dim=3).shape == (40, 3)
    new = nb.Pool(sounds=[tone(40), tone(41)], sampling_rate=RATE)
    placed = nb.embed(new, like=pool)
    assert y[np.linalg.norm(X - placed[0], axis=1).argmin()] == 0
    assert y[np.linalg.norm(X - placed[1], axis=1).argmin()] == 1
    with pytest.raises(ValueError, match="method='pca' .*|these are sounds, which have no pixels"):
        nb.embed(pool, "pca")
    with pytest.raises(ValueError, match="is for a pool of texts, and this one holds sounds"):
        nb.embed(pool, "tfidf")


def test_a_function_of_ones_own_gets_samples_and_rate():
    def loudness(sounds):
        assert all(rate == RATE and samples.ndim == 2 for samples, rate in sounds)
        return [[float(np.square(samples).mean())] for samples, _ in sounds]

    pool = nb.Pool(sounds=[tone(0), tone(1)], sampling_rate=RATE, embeddings=loudness)
    assert nb.embed(pool)[:, 0].tolist() == pytest.approx(
        [float(np.square(tone(at)).mean()) for at in range(2)]
    )


def played(samples, rate):
    with wave.open(io.BytesIO(wav_of(samples, rate))) as file:
        frames = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return file.getframerate(), file.getnchannels(), frames.reshape(-1, file.getnchannels())


def test_what_is_played_is_a_wav_that_browsers_know():
    rate, channels, frames = played(np.stack([tone(0), tone(1)], axis=1), RATE)
    assert (rate, channels) == (RATE, 2)
    assert np.abs(frames[:, 0] / 32_767 - tone(0)).max() < 1e-3
    loud = played(4 * tone(0)[:, None], RATE)[2]
    assert np.abs(loud).max() == 32_767  # scaled down, not cut off
    assert played(np.zeros((100, 5), np.float32), 44_100)[1] == 1
    bat = played(tone(0, 0.1, 250_000)[:, None], 250_000)
    assert (bat[0], len(bat[2])) == (48_000, 4_800)
    quake = played(tone(0, 2, 100)[:, None], 100)
    assert (quake[0], len(quake[2])) == (8_000, 16_000)
    assert len(played(np.zeros((0, 1), np.float32), RATE)[2]) == 0


def test_other_chunks_in_a_wav_file_make_no_noise(tmp_path, without_soundfile):
    sound_folder(tmp_path, 1)
    file = tmp_path / "0.wav"
    data = file.read_bytes()
    file.write_bytes(data + b"junk" + struct.pack("<I", 4) + b"abcd")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(nb.Pool(sounds=[file]).sound(0)[0]) == 4000
