"""The languages in which answers can be asked for."""

from typing import NamedTuple


class Language(NamedTuple):
    """A language. code: as browsers know it. name: in English. own: as its speakers write it."""

    code: str
    name: str
    own: str


LANGUAGES = {
    language.code: language
    for language in (
        Language("ar", "Arabic", "العربية"),
        Language("bn", "Bengali", "বাংলা"),
        Language("zh-Hans", "Chinese, simplified", "简体中文"),
        Language("zh-Hant", "Chinese, traditional", "繁體中文"),
        Language("cs", "Czech", "Čeština"),
        Language("da", "Danish", "Dansk"),
        Language("nl", "Dutch", "Nederlands"),
        Language("en", "English", "English"),
        Language("fi", "Finnish", "Suomi"),
        Language("fr", "French", "Français"),
        Language("de", "German", "Deutsch"),
        Language("el", "Greek", "Ελληνικά"),
        Language("he", "Hebrew", "עברית"),
        Language("hi", "Hindi", "हिन्दी"),
        Language("hu", "Hungarian", "Magyar"),
        Language("id", "Indonesian", "Bahasa Indonesia"),
        Language("it", "Italian", "Italiano"),
        Language("ja", "Japanese", "日本語"),
        Language("ko", "Korean", "한국어"),
        Language("nb", "Norwegian", "Norsk bokmål"),
        Language("fa", "Persian", "فارسی"),
        Language("pl", "Polish", "Polski"),
        Language("pt-BR", "Portuguese of Brazil", "Português (Brasil)"),
        Language("pt-PT", "Portuguese of Portugal", "Português (Portugal)"),
        Language("ro", "Romanian", "Română"),
        Language("ru", "Russian", "Русский"),
        Language("es", "Spanish", "Español"),
        Language("sv", "Swedish", "Svenska"),
        Language("th", "Thai", "ไทย"),
        Language("tr", "Turkish", "Türkçe"),
        Language("uk", "Ukrainian", "Українська"),
        Language("vi", "Vietnamese", "Tiếng Việt"),
    )
}
