"""Which encoding a text is in, told from its bytes."""

import pytest

from intake.domain.manifest.files.text_encoding import codec_of, detect_encoding
from tests.intake.manifest_files import refusal_of, rows_in

TEXTS = {
    "gb18030": [
        "电池包编号,品牌,车型,是否事故\nLF-1,日产,聆风,否\n",
        "Pack serial,Accident\nLF-1,否\nLF-2,是\n",
        "Pack serial,Make\nLF1,比亚迪\n",
    ],
    "big5": [
        "電池編號,品牌,車型,是否事故\nLF-1,日產,聆風,否\n",
        "Pack serial,Notes\nLF-1,電池正常\n",
        "序號,狀態\nA1,良好\n",
    ],
    "shift_jis": [
        "電池番号,メーカー,車種,事故\nLF-1,日産,リーフ,なし\n",
        "Pack serial,Make\nLF-1,ニッサン\n",
        "ｼﾘｱﾙ番号,ﾒｰｶｰ\nLF-1,ﾆｯｻﾝ\n",
    ],
    "cp1252": [
        "Seriennummer;Größe;Temperatur (°C)\nLF-1;groß;5\n",
        "Pack serial,Temp (°C)\nLF1,5\n",
        "Série,Modèle\nLF-1,Zoé\n",
        "Händler;Übergabe;Prüfung\nMüller;Ä;Ö\n",
        "Pack,Preis\nA,€ 5\nB,„x“\n",
        "Señal,Año\nñ,¿sí?\n",
    ],
    "utf-8": ["Pack serial,Make\nA,B\n", "Série,Modèle\nLF-1,Zoé 品牌\n"],
    "utf-16-le": ["Pack serial,Make\nA,Zoé 品牌\n", "序列号,品牌,车型\nLF1,日产,聆风\n"],
    "utf-16-be": ["Pack serial,Make\nA,Zoé 品牌\n"],
}


class TestDetectEncoding:
    @pytest.mark.rule(24)
    @pytest.mark.parametrize(("encoding", "text"), [(name, text) for name in TEXTS for text in TEXTS[name]])
    def test_tells_it_from_few_letters(self, tmp_path, encoding, text):
        path = tmp_path / "a.csv"
        path.write_bytes(text.encode(codec_of(encoding)))

        assert detect_encoding(path) == encoding

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030", "shift_jis", "big5", "cp1252"])
    def test_reads_what_it_told(self, tmp_path, encoding):
        name = {"utf-8-sig": "Zoé", "utf-16": "Zoé", "cp1252": "Zoé, Süd"}.get(encoding, "電池")
        name = {"gb18030": "电池", **dict.fromkeys(["shift_jis", "big5"], name)}.get(encoding, name)
        path = tmp_path / "a.csv"
        path.write_bytes(f'Pack serial,Make\r\nA1,"{name}"\r\n'.encode(encoding))

        assert rows_in(path) == {1: ["Pack serial", "Make"], 2: ["A1", name]}

    @pytest.mark.parametrize("encoding", ["utf-32", "utf-32-le", "utf-32-be"])
    def test_refuses_utf_32(self, tmp_path, encoding):
        path = tmp_path / "a.csv"
        path.write_bytes("Pack serial,Make\nA,B\n".encode(encoding))

        assert refusal_of(path) == "unknown_encoding"

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            ("Pack serial\nA".encode("utf-16") + b"\x00", "broken_text"),
            ("Pack serial,ZoéZoé\n".encode() * 3 + b"\xff", "broken_text"),
            (b"Pack serial\nA\x00\x00\x00\x00B", "not_text"),
            (b"Pack serial\nA\x1b[31m", "not_text"),
        ],
    )
    def test_refuses_what_is_damaged(self, tmp_path, content, code):
        path = tmp_path / "a.csv"
        path.write_bytes(content)

        assert refusal_of(path) == code


class TestChosenEncoding:
    def test_is_believed_when_the_bytes_allow(self, tmp_path):
        path = tmp_path / "a.csv"
        path.write_bytes("Série,Make\nA,Zoé\n".encode("cp1252"))

        assert rows_in(path, encoding="cp1252")[1][0] == "Série"
        assert refusal_of(path, encoding="utf-8") == "broken_text"
        assert refusal_of(path, encoding="klingon") == "unknown_encoding"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
    def test_takes_the_mark_for_no_letter(self, tmp_path, encoding):
        path = tmp_path / "a.csv"
        path.write_bytes("Pack serial,Make\nA,B\n".encode("utf-8-sig"))

        assert rows_in(path, encoding=encoding)[1][0] == "Pack serial"
