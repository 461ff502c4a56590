"""Words that tell kinds of lines and names apart."""


def word_set(words: str) -> frozenset[str]:
    """Return the words of a block of text."""
    return frozenset(words.split())


# What pages' furniture is made of: share buttons, pagers, menus.
WIDGET_WORDS = word_set(
    """
    bagikan share facebook twitter whatsapp telegram line email e-mail copy link links salin
    tautan cetak print komentar comment comments komentari iklan advertisement scroll
    continue content halaman selanjutnya sebelumnya next prev previous page home beranda
    login masuk daftar menu cari search indeks index live tv video foto photo photos
    infografis perbesar ukuran font huruf kecil besar a aa tema gelap terang menit baca
    dibaca kali views view suka like likes tayang simpan buka tutup close loading memuat
    tweet pin pinterest linkedin instagram youtube tiktok x threads lihat semua all show
    more muat lainnya selengkapnya artikel berita ini on to with the dan via wa fb ig reply
    balas laporkan kirim sticky thumbnail zoom audio putar play pause stop dengarkan google
    news rss subscribe langganan premium epaper e-paper logo gambar skip navigasi toggle
    navigation kembali ke atas
    """
)
# Headings of lists of other articles.
LIST_WORDS = word_set(
    """
    berita artikel terkait lainnya lain terpopuler populer terbaru terkini pilihan redaksi
    editor rekomendasi untuk anda kamu trending hot news headline headlines more from
    related posts post articles stories read next also mungkin suka juga sukai menarik topik
    hangat sorotan video konten baca selanjutnya sebelumnya paling banyak dibaca dicari most
    popular latest recommended you may like the terhangat teratas top indeks terfavorit
    favorit kabar tulisan bacaan spesial update viral unggulan jangan lewatkan lihat semua
    di this stay tuned
    """
)
# Names of sections.
SECTION_WORDS = word_set(
    """
    internasional dunia nasional global mancanegara news berita ekonomi politik home beranda
    asia eropa amerika timur tengah olahraga hiburan bisnis hukum daerah regional metro
    opini kolom tekno teknologi gaya hidup lifestyle luar negeri world international
    peristiwa kriminal keuangan finansial market pasar wisata otomotif sains kesehatan
    edukasi pendidikan khazanah sosok analisis fokus laporan utama khusus nusantara militer
    pertahanan perang rusia ukraina rusia-ukraina konflik geopolitik afrika pasifik tenggara
    """
)
# Lower-case words that prose has and headlines lack.
FUNCTION_WORDS = word_set(
    """
    yang di dan ke dari untuk pada dengan itu ini tersebut dalam akan oleh sebagai adalah
    tidak telah ia mereka kata juga bahwa karena serta sudah para saat atau agar lebih
    antara hingga sejak namun tetapi the of and to in was is that for on
    """
)
# Countries and regions as datelines add them to a place; lower case, words joined by underscores.
COUNTRIES = frozenset(
    name.replace("_", " ")
    for name in word_set(
        """
        rusia korea_utara korea_selatan korut korsel amerika_serikat as dc ukraina china tiongkok
        jepang vietnam indonesia inggris iran israel palestina prancis jerman turki turkiye india
        malaysia singapura thailand filipina australia belgia polandia italia spanyol belanda swiss
        austria arab_saudi mesir qatar suriah lebanon myanmar kamboja laos mongolia belarus kanada
        brasil meksiko afrika_selatan uni_emirat_arab jawa_barat jawa_timur jawa_tengah
        """
    )
)
