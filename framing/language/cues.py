# ruff: noqa: E501
# fmt: off
"""What speaks for the kind of a line: wordings and shapes that Indonesian news pages share.

None names an outlet. A table of patterns: each stands on one line, however long.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of lines."""

    PROSE = "prose"
    HEADLINE = "headline"
    DATE = "date"
    BYLINE = "byline"
    CAPTION = "caption"
    CREDIT = "credit"
    LINK = "link"
    PLEA = "plea"
    WIDGET = "widget"
    SECTION = "section"
    LIST = "list"
    END = "end"


@dataclass(frozen=True)
class Cue:
    """A pattern that speaks for a kind."""

    kind: Kind
    weight: float
    pattern: re.Pattern[str]


def _cue(kind: Kind, weight: float, pattern: str, *, case: bool = False) -> Cue:
    return Cue(kind, weight, re.compile(pattern, 0 if case else re.IGNORECASE))


NAME = r"[A-Z][\w.’'-]*(?:,?\s(?:[A-Z][\w.’'-]*|bin|binti|al|de|von|van)){0,4}"
ROLE = (
    r"penulis|editor|reporter|pewarta|penerjemah|redaktur(?:\spelaksana)?|redaksi|jurnalis|wartawan|"
    r"kontributor|koresponden|fotografer|penyunting|uploader|sumber berita|rep|red|teks|author|writer"
)
_AGENCY = r"reuters|afp|ap|antara|epa|getty images|getty|xinhua|sputnik|tass|anadolu|kcna|yonhap|kyodo"
_PLATFORM = (
    r"google news|whats ?app|wa channel|telegram|instagram|facebook|twitter|tiktok|youtube|aplikasi|"
    r"newsletter|notifikasi|channel|saluran|kanal|media sosial|medsos|grup|email|link ini|tautan|play ?store|"
    r"berita (?:terbaru|terkini|pilihan|lain|lainnya|menarik|update|terupdate|up to date|dan artikel|harian)|"
    r"breaking news|artikel (?:lain|menarik)|ponselmu|langganan|cek fakta|hoaks|update berita"
)

CUES: tuple[Cue, ...] = (
    # pointers to other articles
    _cue(Kind.LINK, 9, r"^\W*(?:baca|simak|lihat|tonton|saksikan|dengarkan)\s?(?:juga|pula|selengkapnya)\b"),
    _cue(Kind.LINK, 9, r"^\W*(?:baca|simak|lihat juga|tonton|saksikan|cek)(?:\s(?:artikel|berita|video|juga)){0,2}\s?[:»]"),
    _cue(Kind.LINK, 8, r"^\W*(?:simak|lihat|tonton|saksikan)\s(?:juga\s)?(?:video|foto|infografis)\b"),
    _cue(Kind.LINK, 8, r"^(?:pilihan (?:editor|redaksi)|(?:berita|artikel|bacaan) (?:terkait|lain(?:nya)?|sebelumnya|selanjutnya)|"
                       r"rekomendasi(?: untuk anda)?|next article|read (?:also|more)|also read|video|infografis)\s?:\s?\S"),
    # widgets and adverts
    _cue(Kind.WIDGET, 9, r"^\[?gambas\b|^\[(?:video|embed|iframe|caption|gallery)\b"),
    _cue(Kind.WIDGET, 9, r"^(?:-+\s?)?(?:advertisement|iklan|adv|sponsored|loading\W*|halaman selanjutnya.*)(?:\s?-+)?$"),
    _cue(Kind.WIDGET, 9, r"^(?:scroll|gulir|geser)\b.{0,50}(?:continue|melanjutkan|membaca|lanjut|content|resume)|^lanjut(?:kan)? (?:ke konten|membaca|baca)"),
    _cue(Kind.WIDGET, 9, r"^(?:halaman\s?:?\s?)?\d+(?:\s\d+)+.{0,30}$"),
    _cue(Kind.WIDGET, 6, r"^(?:perbesar|klik untuk|ketuk untuk|tap untuk|geser|swipe|tampilkan|sembunyikan|daftar isi|dengarkan artikel|text to speech)\b.{0,40}$"),
    _cue(Kind.WIDGET, 8, r"^\W*\d+(?:[.,]\d+)?\s?(?:k|rb|ribu)?\s?(?:views?|kali (?:dibaca|dilihat)|komentar|comments?|shares?|dibaca|menit(?: membaca| baca)?|minutes? read|min read)\b.{0,12}$"),
    _cue(Kind.WIDGET, 8, r"^(?:waktu baca|estimasi baca|dibaca|dilihat|views?|hits?)\b.{0,25}$"),
    # pleas to follow, install, subscribe; cookies
    _cue(Kind.PLEA, 4, r"^\W*(?:ikuti|follow|dapatkan|simak|baca|bergabung|gabung|mari|yuk|ayo|unduh|download|klik|subscribe|berlangganan|"
                       r"langganan|pantau|cek|nantikan|temukan|jangan (?:lupa|lewatkan|ketinggalan)|silakan|pastikan|pilih|update|saksikan|kunjungi|nikmati|install|sampaikan)\b"),
    _cue(Kind.PLEA, 4, rf"\b(?:{_PLATFORM})\b"),
    _cue(Kind.PLEA, 1, r"\b(?:kami|anda|kamu|ponselmu|mu|us)\b"),
    _cue(Kind.PLEA, 7, r"\b(?:silakan (?:whatsapp|wa|hubungi)|ke nomor|daftar sekarang|klik di ?sini|hanya dengan satu akun|follow us|ikuti kami|find us)\b"),
    _cue(Kind.PLEA, 5, r"^(?:yuk|ayo)\b|\b(?:di|klik) ?sini\W*$"),
    _cue(Kind.PLEA, 6, r"https?://\S+"),
    _cue(Kind.HEADLINE, 9, r"^\[(?:cek fakta|hoaks|hoax|salah|breaking(?: news)?|opini|video|infografis|foto|eksklusif)\]\s\w+(?:\s\S+){3,}$"),
    _cue(Kind.PLEA, 7, r"\bcookies?\b(?=.{0,300}\b(?:situs|website|browser|anda|your|kami|we)\b)|\b(?:situs|website|kami|we)\b.{0,80}\b(?:cookies?|kuki)\b"),
    _cue(Kind.PLEA, 9, r"^(?:dengan|by) (?:mendaftar|melanjutkan|berlangganan|mengeklik|mengklik|menekan|masuk|signing up|continuing)\b.{0,80}\b(?:anda|kamu|you)\b.{0,20}\b(?:setuju|menyetujui|agree)"),
    _cue(Kind.PLEA, 8, r"\bjadilah (?:bagian|salah satu|donatur|pelanggan|anggota|pendukung)\b.{0,60}$|^(?:dukung|bantu) (?:kami|jurnalisme|kerja (?:kami|jurnalis)|media ini)\b|^\W*(?:salurkan|kirimkan|berikan) donasi\b"),
    _cue(Kind.PLEA, 9, r"\b(?:tulis|sampaikan|bagikan|ceritakan|jawab)\w*\b[^.?]{0,50}\b(?:di|pada|lewat) kolom komentar\b"),
    _cue(Kind.WIDGET, 9, r"^(?:apakah|was|is) (?:artikel|berita|informasi|halaman|this) (?:ini )?.{0,20}\b(?:membantu|bermanfaat|berguna|helpful|useful)\b.{0,15}\?$"),
    _cue(Kind.WIDGET, 8, r"^(?:promoted|sponsored|powered|disponsori|dipersembahkan) (?:by|oleh)\b.{1,40}$|^(?:konten|artikel) (?:bersponsor|sponsor|promosi)$"),
    _cue(Kind.WIDGET, 8, r"^(?:muat ulang|pembaruan) otomatis\b.{0,15}$|^(?:bagikan|muat|lihat) (?:entri|pembaruan)\b.{0,20}$|^ukuran (?:teks|huruf|font)$"),
    _cue(Kind.DATE, 8, r"^(?:di)?(?:perbarui|update|updated)\s?:?\s[0-2]?\d[.:][0-5]\d(?:\swi(?:b|ta|t))?$"),
    _cue(Kind.DATE, 9, r"^(?:halaman|laman|artikel) ini (?:terakhir )?(?:diakses|diunduh|dicetak|diarsipkan)\b.{0,50}$"),
    _cue(Kind.END, 9, r"^(?:informasi|keterangan|info) (?:lebih lanjut|selengkapnya|lanjutan)[ ,]?(?:silakan |dapat )?(?:hubungi|menghubungi)?\W*:?$|^(?:narahubung|kontak media)\s?:"),
    _cue(Kind.PLEA, 7, r"^\W*(?:fakta atau hoaks|punya (?:informasi|keluhan|cerita)|isi artikel di luar tanggung jawab|konten ini merupakan|artikel ini dibuat)"),
    _cue(Kind.PLEA, -6, r"\b(?:kata|ujar|tutur|ucap|ungkap|imbuh)(?:nya)?\b|\b(?:mengatakan|menurut(?! (?:kamu|anda|kalian)\b)|menyatakan|menambahkan|melaporkan)\b"),
    # captions and their credits
    _cue(Kind.CAPTION, 6, r"\((?:[^()]{0,80}\b)?(?:foto|photo|ilustrasi|grafis|grafik|infografis|peta|kredit|credit|sumber|repro|dok|dokumentasi|handout|istimewa|ist|getty images|pool|screenshot|tangkapan layar)\b(?![^()]*\b(?:me[mn]\w{4,}|yang)\b)[^()]{0,80}\)\W*$"),
    _cue(Kind.CAPTION, 6, rf"[(/]\s?(?:[^()]{{0,60}}[/,]\s?)?(?:{_AGENCY})\s?(?:/[^()]{{1,60}}|via [^()]{{1,40}}|photo[^()]{{0,60}})?\)\W*$"),
    _cue(Kind.CAPTION, 3, r"[.!?]\s\((?![A-Z]{3,6}\))[A-Z][^()]{2,60}\)$", case=True),
    _cue(Kind.CAPTION, 8, r"^(?:foto|photo|gambar|ilustrasi|keterangan (?:foto|gambar)|sumber (?:foto|gambar)|kredit foto|caption|photo credit|image|courtesy)\s?(?:[:;,|/]|oleh\b|by\b)"),
    _cue(Kind.CAPTION, 5, r"^(?:ilustrasi|foto ilustrasi|arsip foto|foto arsip|tangkapan layar|foto udara)\b"),
    _cue(Kind.CAPTION, 6, r"\b(?:foto|photo|gambar|image|sumber|kredit|credit|dok)\s?[:.]\s?[^.:]{2,60}\W?$"),
    _cue(Kind.CAPTION, 6, r"(?:\b(?:REUTERS|AFP|AP|EPA|ANTARA FOTO|ANTARA|EPA-EFE|AP Photo|Getty Images|Anadolu|Xinhua|POOL)\s?/\s?[A-Z][\w. /-]{2,50}|©\s?[A-Z][\w ./]{2,40})\W?$", case=True),
    _cue(Kind.CAPTION, 5, r"/(?:net|ist|dok|int|repro)\W*$|\[(?:foto|dok|istimewa|ist)\b[^\]]{0,60}\]\W*$"),
    _cue(Kind.CAPTION, 2, r"\((?:kiri|kanan|tengah|ki|ka|depan|belakang|dua dari (?:kiri|kanan))\)"),
    # the end of an article: comments, tags, rights, initials
    _cue(Kind.END, 9, r"^(?:tinggalkan|beri(?:kan)?|tulis|kirim|batalkan|posting)\s(?:sebuah\s)?(?:balasan|komentar|pesan|tanggapan)\b.{0,60}$"),
    _cue(Kind.END, 9, r"^(?:leave a (?:reply|comment)|cancel reply|post a comment|your email address|alamat email anda|simpan nama|ruas yang wajib|"
                      r"belum ada komentar|be the first to|(?:nama|email|situs web|komentar|name|website)\s?\*|jadilah yang pertama)"),
    _cue(Kind.END, 8, r"^(?:\d+\s)?(?:komentar|comments?|diskusi)(?:\s?\(?\d*\)?|\sanda|\spembaca)?\s?:?$"),
    _cue(Kind.END, 9, r"^(?:copyright|hak cipta|©|\(c\)\s)|\ball rights? reserved\b|\bhak cipta dilindungi\b"),
    _cue(Kind.END, 9, r"^(?:tentang (?:kami|penulis|redaksi)|about us|pedoman media siber|kebijakan privasi|privacy policy|disclaimer|kontak kami|hubungi kami|redaksi\s?\||info iklan|karier)\b"),
    _cue(Kind.END, 8, r"^(?:tags?|topik(?: terkait| populer)?|label|kata kunci|keywords?|tagar|tag terkait)\s?(?:[:#»|].*|$)"),
    _cue(Kind.END, 9, r"^(?:#\s?[\w-]+[\s,|]*)+$"),
    _cue(Kind.END, 9, r"^\W{0,2}(?:artikel|berita|tulisan|naskah) (?:ini )?(?:telah |sudah |pernah |pertama kali )*(?:tayang|dimuat|terbit|diterbitkan|dipublikasikan)\b"),
    _cue(Kind.END, 9, r"^\W{0,2}(?:(?:isi )?(?:artikel|tulisan|opini|kolom)(?: ini)?) (?:merupakan|adalah|tidak mewakili|sepenuhnya|menjadi) (?:pendapat|opini|pandangan|tanggung jawab|karya|milik)\b"),
    _cue(Kind.END, 9, r"^\(?[A-Za-z]{2,4}(?:\s?[/\-.]\s?[A-Za-z0-9]{1,5}){0,4}\)$"),
    _cue(Kind.END, 8, r"^[a-z]{2,4}/[a-z]{2,4}(?:/[a-z]{2,4})?,?(?:\s?\([^()]{2,50}\))?$", case=True),
    _cue(Kind.END, 9.5, r"^\(\*+\)$|^\W*(?:selesai|habis|end|tamat)\W*$"),
    _cue(Kind.END, 9, r"^\W{0,3}penulis (?:adalah|merupakan|ialah|bekerja|mengajar|menjabat|kini)\b.{0,200}$"),
    # bylines
    _cue(Kind.BYLINE, 8, rf"^\W?(?:{ROLE})\s?(?:[:;|/]|berita:|,(?=\s[A-Z]))\s?.{{2,90}}$"),
    _cue(Kind.BYLINE, 7, rf"^(?:(?i:oleh|by|ditulis oleh|dilaporkan oleh))\s?:?\s?(?:{NAME})(?:\s?[|,/•-].{{0,60}})?$", case=True),
    _cue(Kind.BYLINE, 7, r"^(?i:laporan (?:wartawan|jurnalis|reporter|kontributor|koresponden))\b.{3,80}[^.!?]$", case=True),
    _cue(Kind.BYLINE, 8, r"^(?:tim\s)?(?:redaksi|penulis|editor|reporter|liputan)(?:\s?[,|–—-].{2,60})?$"),
    _cue(Kind.BYLINE, 6, rf"^(?:{NAME})\s?[|•·–—-]\s?(?:[A-Z][\w.]*\s?){{1,4}}$", case=True),
    # sections and breadcrumbs
    _cue(Kind.SECTION, 7, r"^(?:home|beranda|news|berita|halaman utama)\s?[>»›/|•]"),
    _cue(Kind.SECTION, 6, r"^[^.>»›]{2,30}\s?[>»›]\s?[^.>»›]{2,40}(?:\s?[>»›].{0,150})?$"),
)
