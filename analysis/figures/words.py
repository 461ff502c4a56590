"""The words of figures in English and Indonesian, and numbers as each language writes them."""

from analysis.statistics.shares import NO_SENTENCES, ONE_ARTICLE
from framing.scheme import Text

SHARE_OF_SENTENCES = Text("% of sentences", "% kalimat")
SHARE_OF_OUTLET = Text("% of the outlet's sentences", "% kalimat media")
SHARE_OF_FRAME = Text("% of the frame's sentences", "% kalimat dengan bingkai itu")
DIFFERENCE = Text("Difference (percentage points)", "Selisih (poin persentase)")

SHARE_COPIED = Text("% of the outlet's sentences", "% kalimat media")
SHARE_BY_PERIOD = {
    "day": Text("% of the day's sentences, all outlets", "% kalimat hari itu, semua media"),
    "week": Text("% of the week's sentences, all outlets", "% kalimat minggu itu, semua media"),
    "month": Text("% of the month's sentences, all outlets", "% kalimat bulan itu, semua media"),
}
LOG_ODDS = Text("weighted log-odds (z)", "log-odds berbobot (z)")
MONTHS = (
    Text("Jan", "Jan"), Text("Feb", "Feb"), Text("Mar", "Mar"), Text("Apr", "Apr"),
    Text("May", "Mei"), Text("Jun", "Jun"), Text("Jul", "Jul"), Text("Aug", "Agu"),
    Text("Sep", "Sep"), Text("Oct", "Okt"), Text("Nov", "Nov"), Text("Dec", "Des"),
)  # fmt: skip
COPIED = Text("All copied", "Semua salinan")
FROM_AGENCY = Text("from {name}", "dari {name}")
OTHER_SOURCES = Text("Other sources", "Narasumber lain")

ARTICLES = (Text("1 article", "1 artikel"), Text("{n} articles", "{n} artikel"))
SENTENCES = (Text("1 sentence", "1 kalimat"), Text("{n} sentences", "{n} kalimat"))

VOICES = {
    "own": Text("in the outlet's own words", "dengan kata-kata media sendiri"),
    "sources": Text("in the words of its sources", "dengan kata-kata narasumber"),
    "all": Text("in all voices", "dalam semua suara"),
}
KINDS = {
    "different": Text("Different at {alpha}{adjusted}", "Berbeda pada taraf {alpha}{adjusted}"),
    "not_shown": Text("Not shown to differ", "Tidak terbukti berbeda"),
    "untested": Text("Cannot be tested", "Tidak dapat diuji"),
}

NOTE_WHISKERS = Text(
    "Whiskers: {level} intervals with articles as clusters.",
    "Garis: selang kepercayaan {level} dengan artikel sebagai klaster.",
)
NOTE_BAR_WHISKERS = Text(
    "Whiskers: {level} intervals of whole bars, with articles as clusters.",
    "Garis: selang kepercayaan {level} untuk seluruh batang, dengan artikel sebagai klaster.",
)
NOTE_DIFFERENCE_WHISKERS = Text(
    "Whiskers: {level} intervals with articles as clusters, each for itself; only the filling of "
    "the dots allows for the number of tests ({tests}).",
    "Garis: selang kepercayaan {level} dengan artikel sebagai klaster, masing-masing tersendiri; "
    "hanya isi titik yang memperhitungkan banyaknya uji ({tests}).",
)
NOTE_BAND = Text(
    "Whiskers: a simultaneous {level} band (max-t bootstrap over articles), in which all {tests} "
    "differences lie together.",
    "Garis: pita serentak {level} (bootstrap max-t atas artikel), yang memuat ke-{tests} selisih "
    "sekaligus.",
)
NOTE_OWN_WHISKERS = Text(
    "Dots and whiskers: the part in the outlet's own words and its {level} interval with articles "
    "as clusters.",
    "Titik dan garis: bagian kata-kata media sendiri dan selang kepercayaan {level}-nya dengan "
    "artikel sebagai klaster.",
)
NOTE_ARTICLES = Text(
    "Means over articles: every article counts alike.",
    "Rerata artikel: setiap artikel berbobot sama.",
)
NOTE_OVERALL = Text(
    "Dashed line: all outlets together.", "Garis putus-putus: semua media bersama-sama."
)
NOTE_HOLLOW = Text(
    "Hollow dot, no interval: {outlets} ({reason}).",
    "Titik kosong, tanpa selang: {outlets} ({reason}).",
)
NOTE_NO_INTERVAL = Text("No interval: {outlets} ({reason}).", "Tanpa selang: {outlets} ({reason}).")
NOTE_NO_VALUE = Text("No value: {outlets} ({reason}).", "Tanpa nilai: {outlets} ({reason}).")
NOTE_TARGETS = Text(
    "n: sentences critical or supportive of the target; targets with at least {least} of them.",
    "n: kalimat yang kritis terhadap sasaran atau mendukungnya; sasaran dengan sedikitnya {least}.",
)
NOTE_MORE_TARGETS = Text(
    "The {shown} most evaluated of {all} such targets.",
    "{shown} dari {all} sasaran, yang paling sering dinilai.",
)
NOTE_RESIDUALS = Text(
    "Adjusted residuals: how far a count lies above (+) or below (−) what it would be if outlets "
    "did not differ, in standard deviations. Sentences of one article are alike, so these describe "
    "and do not test.",
    "Residual tersesuaikan: seberapa jauh cacah di atas (+) atau di bawah (−) nilainya bila media "
    "tidak berbeda, dalam simpangan baku. Kalimat satu artikel saling mirip, jadi angka ini "
    "gambaran, bukan uji.",
)
NOTE_FEW = Text(
    "n: sentences with the frame; no bar below {least}.",
    "n: kalimat dengan bingkai itu; tanpa batang di bawah {least}.",
)
NOTE_PAIRS = Text(
    "The {shown} of {all} pairs with the smallest p-values.",
    "{shown} dari {all} pasangan, dengan nilai p terkecil.",
)

MACRO_F1_AXIS = Text("Macro-F1, in hundredths", "F1 makro, dalam perseratus")
F1_DIFFERENCE_AXIS = Text(
    "Difference of macro-F1, in hundredths", "Selisih F1 makro, dalam perseratus"
)
F1_KINDS = {
    "different": Text("Interval without 0", "Selang tanpa 0"),
    "not_shown": Text("Interval with 0", "Selang memuat 0"),
    "untested": Text("No interval", "Tanpa selang"),
}
NOTE_F1_WHISKERS = Text(
    "Whiskers: {level} bootstrap intervals over sentences, each for itself; whether two differ is "
    "told by the interval of their difference.",
    "Garis: selang bootstrap {level} atas kalimat, masing-masing tersendiri; apakah dua pelabel "
    "berbeda ditunjukkan oleh selang selisihnya.",
)
NOTE_PAIRED = Text(
    "Whiskers: {level} intervals of a paired bootstrap over {unit}, each for itself.",
    "Garis: selang {level} dari bootstrap berpasangan atas {unit}, masing-masing tersendiri.",
)
UNITS = {
    "articles": Text("whole articles", "artikel utuh"),
    "sentences": Text("sentences", "kalimat"),
}
CHOICES = {
    "encoder": Text("Encoder", "Penyandi"),
    "abstain": Text("Least probability", "Peluang terkecil"),
    "weight": Text("Counts once", "Dihitung sekali"),
    "copies": Text("Copies", "Salinan"),
    "method": Text("Label errors", "Galat label"),
    "seed": Text("Seed", "Benih"),
}
CHOSEN = {
    "weight=sentence": Text("every sentence", "setiap kalimat"),
    "weight=article": Text("every article", "setiap artikel"),
    "copies=in": Text("counted", "dihitung"),
    "copies=out": Text("left out", "dikeluarkan"),
    "method=naive": Text("not corrected", "tidak dikoreksi"),
    "abstain=0": Text("none", "tanpa batas"),
}
MAIN_SPECIFICATION = Text("Main specification", "Spesifikasi utama")
NOTE_SPECIFICATIONS = Text(
    "{value}: {first} minus {second}, under {n} specifications, sorted by the estimate. They share "
    "sentences, so that their agreement is no independent evidence.",
    "{value}: {first} dikurangi {second}, menurut {n} spesifikasi, diurutkan menurut taksirannya. "
    "Semuanya memakai kalimat yang sama, jadi kesesuaiannya bukan bukti yang saling bebas.",
)
NOTE_ADJUSTED = Text(
    "Tests are adjusted for all comparisons of the variable ({adjusted}){band}.",
    "Uji disesuaikan untuk semua perbandingan peubah itu ({adjusted}){band}.",
)
WITH_BAND = Text(", and so are the intervals", ", begitu pula selangnya")
NOTE_UNKNOWN = Text(
    "{n} more without an estimate ({reason}).", "{n} lagi tanpa taksiran ({reason})."
)
NOTE_PARTS = Text(
    "Bars: the share of the outlet's sentences with the frame, parted by whose words they are in.",
    "Batang: proporsi kalimat media dengan bingkai itu, dipilah menurut siapa yang berkata.",
)
NOTE_COPIES = Text(
    "Copied: like a sentence of another article, or of a dispatch that an agency is credited for. "
    "Under an outlet's name: sentences that another article of that outlet has as well; a sentence "
    "may be in several.",
    "Salinan: serupa dengan kalimat artikel lain, atau kalimat kantor berita yang disebut sebagai "
    "sumbernya. Di bawah nama media: kalimat yang juga ada di artikel lain media itu; satu kalimat "
    "bisa ada di beberapa media.",
)
NOTE_BRACKETS = Text(
    "In brackets: {level} intervals with articles as clusters.",
    "Dalam kurung: selang kepercayaan {level} dengan artikel sebagai klaster.",
)
NOTE_MORE_COLUMNS = Text(
    "The agencies that most is copied from: {shown} of {all}.",
    "Kantor berita yang paling banyak disalin: {shown} dari {all}.",
)
NOTE_EVENT = Text("Dashed line: {event}.", "Garis putus-putus: {event}.")
NOTE_TIME_HOLLOW = Text(
    "Hollow dot: no interval, for want of articles.",
    "Titik kosong: tanpa selang, karena kurang artikel.",
)
NOTE_LOG_ODDS = Text(
    "How much likelier a word is here than elsewhere, in standard errors that take words as "
    "independent (Monroe, Colaresi and Quinn 2008). Dots: the same with articles as clusters. "
    "Words describe, and do not test.",
    "Seberapa besar peluang sebuah kata di sini dibanding di tempat lain, dalam galat baku yang "
    "menganggap kata saling bebas (Monroe, Colaresi dan Quinn 2008). Titik: ukuran yang sama "
    "dengan artikel sebagai klaster. Kata menggambarkan, bukan menguji.",
)
NOTE_NO_COPIES = Text("Without copied sentences.", "Tanpa kalimat salinan.")

CODED_AS = Text("coded as ↓", "kode ↓")
LABELLED_AS = Text("labelled as →", "label →")
NO_LABEL = Text("No label", "Tanpa label")
MEAN_PROBABILITY = Text("Mean probability of the labels", "Rerata peluang label")
SHARE_RIGHT = Text("Share of labels as coded", "Proporsi label yang sesuai kode")
MACRO_F1 = Text("macro-F1 {f1} [{low}, {high}]", "F1 makro {f1} [{low}, {high}]")
ECE = Text("ECE {ece} [{low}, {high}]", "ECE {ece} [{low}, {high}]")
NOTE_CONFUSION = Text(
    "Numbers: sentences; n: sentences that coders gave the value. Colour: share of the row, blue "
    "where label and code agree, orange where they do not.",
    "Angka: kalimat; n: kalimat yang diberi nilai itu oleh pengode. Warna: proporsi baris, biru "
    "bila label dan kode sama, jingga bila berbeda.",
)
NOTE_NO_LABEL = Text(
    "No label: not certain enough to be labelled.", "Tanpa label: kurang pasti untuk dilabeli."
)
NOTE_BOOTSTRAP = Text(
    "In brackets: {level} bootstrap intervals over sentences.",
    "Dalam kurung: selang bootstrap {level} atas kalimat.",
)
NOTE_CALIBRATION = Text(
    "Dots: bins of about equally many sentences, from the least to the most certain labels, with "
    "{level} Wilson intervals; on the dashed line, probabilities keep their word. ECE: debiased "
    "expected calibration error (root mean square).",
    "Titik: kelompok dengan jumlah kalimat hampir sama, dari label yang paling tidak pasti hingga "
    "yang paling pasti, dengan selang Wilson {level}; pada garis putus-putus, peluang sesuai "
    "kenyataan. ECE: galat kalibrasi harapan tanpa bias (akar rerata kuadrat).",
)

_REASONS = {
    ONE_ARTICLE: Text(
        "one article, so no variance between articles",
        "satu artikel, jadi tanpa varians antarartikel",
    ),
    NO_SENTENCES: Text("no sentences", "tanpa kalimat"),
}


def say_choice(name: str, choice: str, language: str) -> tuple[str, str]:
    """Return a choice of a specification and what was chosen, ``("Copies", "left out")``."""
    what, chosen = CHOICES.get(name), CHOSEN.get(f"{name}={choice}")
    return (
        what.in_language(language) if what else name,
        chosen.in_language(language) if chosen else choice,
    )


def say(text: Text, language: str, **parts: object) -> str:
    """Return a text in a language, with its parts filled in."""
    return text.in_language(language).format(**parts)


def say_reason(reason: str, language: str) -> str:
    """Return why a number is missing, in a language if the reason is a known one."""
    known = _REASONS.get(reason)
    return known.in_language(language) if known else reason


def say_size(n_articles: int, n_sentences: int, language: str) -> str:
    """Return such as ``"12 articles, 180 sentences"``."""
    parts = []
    for number, (one, many) in ((n_articles, ARTICLES), (n_sentences, SENTENCES)):
        parts.append(say(one if number == 1 else many, language, n=say_count(number, language)))
    return ", ".join(parts)


def say_count(number: int, language: str) -> str:
    """Return a whole number with the language's thousand sign."""
    text = f"{number:,}"
    return text.replace(",", ".") if language == "id" else text


def say_number(number: float, language: str, *, decimals: int, signed: bool = False) -> str:
    """Return a number with the language's decimal sign and a true minus sign; zero has no sign."""
    text = f"{abs(number):.{decimals}f}"
    sign = "" if not float(text) else "−" if number < 0 else "+" if signed else ""
    return sign + (text.replace(".", ",") if language == "id" else text)


def say_percent(share: float, language: str) -> str:
    """Return a share such as a confidence level as a percentage, ``"95%"`` or ``"97.5%"``."""
    text = f"{share * 100:.4g}"
    return f"{text.replace('.', ',') if language == 'id' else text}%"
