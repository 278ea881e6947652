#!/usr/bin/python3
"""Draws sumi's small sample set: hiragana of KMNIST's ten classes, from the fonts of Debian packages, as IDX files.

Seeded: the same packages give the same bytes. See README.md beside this file.
"""
import argparse
import gzip
import hashlib
import io
import pathlib
import struct
import sys

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

SEED = 20190310
KANA = "おきすつなはまやれを"  # classes 0 to 9
SIZE = 28  # pixels of an image's side
FINE = 3  # samples a pixel and direction, averaged in the end
GLYPH = 192  # side of the drawing of which the distance field is made
COUNTS = {"train": 600, "t10k": 100}  # images a class

FONTS = pathlib.Path("/usr/share/fonts")
# No design is on both sides: fonts that share their kana, such as Takao and IPA or LXGW WenKai and Klee, count as one.
FACES = {
    "train": [
        "truetype/aoyagi-kouzan-t/AoyagiKouzanT.ttf",
        "truetype/kouzan-mouhitsu/kouzan-mouhitsu-gyosho.ttf",
        "truetype/dejima-mincho/dejima-mincho-r227.ttf",
        "truetype/hanazono/HanaMinA.ttf",
        "truetype/horai-umefont/ume-tgo4.ttf",
        "truetype/horai-umefont/ume-tmo3.ttf",
        "truetype/kiloji/kiloji.ttf",
        "truetype/bizud-gothic/BIZUDGothic-Regular.ttf",
        "truetype/bizud-mincho/BIZUDMincho-Regular.ttf",
        "truetype/motoya-l-maruberi/MTLmr3m.ttf",
        "truetype/reggae/ReggaeOne-Regular.ttf",
        "truetype/yozvox-yozfont/YOzRA_.ttf",
        "truetype/yozvox-yozfont/YOzRC_.ttf",
        "truetype/yozvox-yozfont/YOzRN_.ttf",
        "opentype/ipafont-gothic/ipag.ttf",
        "opentype/ipafont-mincho/ipam.ttf",
        "opentype/mplus/Mplus1-Regular.otf",
        "opentype/noto/NotoSansCJK-Regular.ttc",
    ],
    "t10k": [
        "truetype/aoyagi-soseki/aoyagi-soseki.ttf",
        "truetype/klee/KleeOne-SemiBold.ttf",
        "truetype/konatu/Konatu.ttf",
        "truetype/oradano-mincho/OradanoGSRR.ttf",
        "truetype/sawarabi-mincho/sawarabi-mincho-medium.ttf",
        "truetype/seto/setofont.ttf",
        "opentype/noto/NotoSerifCJK-Regular.ttc",
    ],
}


class Glyph:
    """A character's signed distance field (positive inside), in which a threshold is a stroke's width."""

    def __init__(self, face, character):
        if not (FONTS / face).is_file():
            sys.exit(f"{FONTS / face} is missing: README.md names the packages of the fonts.")
        font = ImageFont.truetype(str(FONTS / face), GLYPH, layout_engine=ImageFont.Layout.BASIC)
        left, top, right, bottom = font.getbbox(character)
        margin = GLYPH // 2
        size = (right - left + 2 * margin, bottom - top + 2 * margin)
        canvas = Image.new("L", size)
        ImageDraw.Draw(canvas).text((margin - left, margin - top), character, font=font, fill=255)
        inside = np.asarray(canvas) > 127
        if not inside.any():
            sys.exit(f"{FONTS / face} has no {character}.")
        inner = ndimage.distance_transform_edt(inside)
        outer = ndimage.distance_transform_edt(~inside)
        self.field = (inner - outer).astype(np.float32)
        rows, columns = np.nonzero(inside)
        self.center = np.array([rows.min() + rows.max(), columns.min() + columns.max()]) / 2
        self.extent = np.array([np.ptp(rows), np.ptp(columns)]) + 1
        outline = np.count_nonzero(inside & ~ndimage.binary_erosion(inside))
        self.half_stroke = np.count_nonzero(inside) / outline  # area over half of the outline is a stroke's width


def smooth_noise(rng, sigma):
    """A smooth random field over the fine grid, of standard deviation 1."""
    field = ndimage.gaussian_filter(rng.standard_normal((SIZE * FINE, SIZE * FINE)), sigma * FINE, mode="wrap")
    return field / field.std()


def draw(glyph, rng):
    """One 28x28 image: the glyph rotated, sheared, scaled, shifted, bent, with another stroke's width and ink."""
    angle = np.deg2rad(rng.normal(0, 7))
    shear = rng.normal(0, 0.12)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    target = rng.uniform(17, 25) * np.exp(rng.normal(0, 0.07, 2))  # height and width in pixels
    # A flat character (tsu) stays flat, though not as flat as printed: its extent is half-way to the square.
    relative = np.sqrt(glyph.extent / glyph.extent.max())
    scale = target * relative / glyph.extent  # image pixels for a pixel of the field
    forward = turn @ np.array([[1, 0], [shear, 1]]) @ np.diag(scale)
    backward = np.linalg.inv(forward)

    step = (np.arange(SIZE * FINE) + 0.5) / FINE - SIZE / 2
    grid = np.stack(np.meshgrid(step, step, indexing="ij"))
    bend = rng.uniform(0.3, 1.1)
    grid += bend * np.stack([smooth_noise(rng, 4.0), smooth_noise(rng, 4.0)])
    grid -= np.clip(rng.normal(0, 1.2, 2), -2.5, 2.5)[:, None, None]
    where = np.tensordot(backward, grid, 1) + glyph.center[:, None, None]
    distance = ndimage.map_coordinates(glyph.field, where, order=1, mode="constant", cval=-GLYPH)

    pixels = np.sqrt(np.linalg.det(forward))  # image pixels for a pixel of the field, on average
    wanted = rng.uniform(0.75, 1.9) + 0.25 * smooth_noise(rng, 5.0)  # half a stroke, uneven as a brush's
    edge = distance * pixels + np.maximum(wanted, 0.5) - glyph.half_stroke * pixels
    ink = np.clip(0.5 + edge / 0.7, 0, 1) * np.clip(rng.uniform(0.8, 1.05) + 0.12 * smooth_noise(rng, 3.0), 0, 1)
    image = ink.reshape(SIZE, FINE, SIZE, FINE).mean(axis=(1, 3))
    return (np.rint(image * 15) * 17).astype(np.uint8)  # 16 greys: half the file, and nothing to see


def make_split(name):
    rng = np.random.default_rng([SEED, list(COUNTS).index(name)])
    glyphs = [[Glyph(face, character) for face in FACES[name]] for character in KANA]
    images, labels = [], []
    for label, faces in enumerate(glyphs):
        for index in range(COUNTS[name]):
            images.append(draw(faces[index % len(faces)], rng))
            labels.append(label)
    order = rng.permutation(len(labels))
    return np.stack(images)[order], np.array(labels, np.uint8)[order]


def idx_gzip(array):
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    buffer = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, buffer, mtime=0) as file:
        file.write(header + array.tobytes())
    return buffer.getvalue()


def contact_sheet(images, labels, columns):
    """A row for each class, `columns` images wide."""
    lines = [np.concatenate(list(images[labels == label][:columns]), axis=1) for label in range(len(KANA))]
    return Image.fromarray(np.concatenate(lines))


def main():
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=here / "kana", help="folder (default: kana beside this)")
    parser.add_argument("--check", action="store_true", help="write nothing; fail unless the files are these")
    parser.add_argument("--sheet", type=pathlib.Path, help="folder for a PNG of the first images of each split")
    options = parser.parse_args()

    wrong = 0
    for name in COUNTS:
        images, labels = make_split(name)
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            file = options.out / f"{name}-{kind}-ubyte.gz"
            data = idx_gzip(array)
            if options.check:
                same = file.is_file() and file.read_bytes() == data
                wrong += not same
                print(f"{file.name}: {'the same' if same else 'DIFFERENT'}")
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
                print(f"{hashlib.sha256(data).hexdigest()}  {file.name}  {len(data):,} bytes, shape {array.shape}")
        if options.sheet:
            contact_sheet(images, labels, 24).save(options.sheet / f"{name}.png")
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main())
