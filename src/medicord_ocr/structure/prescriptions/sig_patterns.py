"""The words of directions for use (the *sig*) in English, French and Khmer, as patterns.

All match folded text (:func:`medicord_ocr.structure.line.fold_line`): lower case without
accents, digits 0-9. Each pattern's group ``v`` is what is printed as the value; without one the
whole match is. The order of SLOTS is the order in which stretches of the line are claimed.
"""

from __future__ import annotations

import re
from typing import Literal

from medicord_ocr.structure.line import alternatives, fold_line, khmer_pattern

Slot = Literal[
    "blocked", "label", "quantity", "duration", "frequency", "time", "pairs", "dosage",
    "container", "mass", "route", "meal", "prn", "ambiguous", "unread", "verb", "then",
]  # fmt: skip

_END = r"(?![a-z])"
_START = r"(?<![a-z0-9])"
# A number stands by itself, or right after a multiplication sign: 2x3, x3.
_AT_NUMBER = r"(?<![0-9½¼¾a-wyz])(?<![a-z]x)(?<![0-9][.,/-])"

# ------------------------------------------------------------------ numbers

_ENGLISH = (
    "one and a half|half an?|half|one|two|three|four|five|six|seven|eight|nine|ten|fifteen|thirty"
)
_FRENCH = (
    "une? et demie?|une? demie?|demie?|la moitie d'une?|une?|deux|trois|quatre|cinq|sept|huit"
    "|neuf|dix|quinze|trente"
)
_KHMER_NUMBER = alternatives(
    "មួយកន្លះ", "កន្លះ", "មួយ", "ពីរ", "បី", "បួន", "ប្រាំ", "ប្រាំមួយ", "ប្រាំពីរ", "ប្រាំបី", "ប្រាំបួន", "ដប់",
)  # fmt: skip
# A half belongs to the figure right before it: the 20 of « x 20 » over « ½ tab » is a quantity.
_FIGURES = (
    r"(?:\d{1,2} (?:and |et )1\s?/\s?2|\d 1\s?/\s?2|\d{1,4}\s?/\s?\d{1,2}|(?<!\d)\d ?[½¼¾]"
    r"|\d{1,2}[½¼¾]|\d{1,4}(?:[.,]\d{1,3})?|[½¼¾])(?![0-9])"
)
_WORDED = rf"{_START}(?:{_ENGLISH}|{_FRENCH}){_END}|(?:{_KHMER_NUMBER})"
NUMBER = rf"(?:{_AT_NUMBER}{_FIGURES}|{_WORDED})"
_TO = rf"\s?(?:-|a|to|ou|or|{khmer_pattern('ទៅ')}|{khmer_pattern('ឬ')})\s?"
_UP_TO = rf"(?:{_TO}(?:{_FIGURES}|{_WORDED}))?"
RANGE = rf"(?:{NUMBER}{_UP_TO})"
# After a sign that makes the number's own start plain: x3, q8h, /6h.
_RANGE_AFTER = rf"(?:(?:{_FIGURES}|{_WORDED}){_UP_TO})"
_ONE = rf"(?:1|{khmer_pattern('មួយ')})"

# ------------------------------------------------------------------ forms and containers

FORM_LATIN = (
    r"tab(?:let)?(?:s|\(s\)|lets?)?\.?|tbl?s?|caplets?|pills?|cap(?:sule)?(?:s|\(s\))?\.?|softgels?"
    r"|sachets?(?:\(s\))?|sach\.?|pkts?|packets?|drops?|gtts?\.?|puffs?|sprays?|inhalations?"
    r"|amp(?:ou?les?|s)?\.?|vials?|ml|cc|tsps?\.?|tea\s?spoon(?:ful)?s?|tbsps?\.?"
    r"|table\s?spoon(?:ful)?s?|dessert\s?spoon(?:ful)?s?|spoon(?:ful)?s?|lozenges?"
    r"|supp(?:ositor(?:y|ies)|ositoires?|os?)?\.?|pessar(?:y|ies)|patch(?:s|es)?|applications?|lavages?"
    r"|units?|unites?|iu|ui|u|doses?(?:[- ]poids)?|neb(?:ule)?s?|nebuli[sz]ations?|scoops?"
    r"|lollipops?"
    r"|cps?\.?|cprs?\.?|comp(?:rimes?(?:\(s\))?|s)?\.?|gel(?:ules?(?:\(s\))?|s)?\.?|gouttes?|gttes?"
    r"|lyocs?|bouffees?|cuilleres?[- ]{1,2}mesures?"
    r"|cuill?(?:eres?|\.)?\s?a\s?(?:cafe|soupe|dessert)|cuill?(?:eres?|\.)"
    r"|c\.?\s?a\.?\s?[csd](?:afe|oupe|essert)?\.?|ovules?|pulv(?:erisations?|\.)?|dragees?|dosettes?"
    r"|unidoses?|inj(?:ections?)?\.?|mesures?|pipettes?|perles?|pastilles?|t"
)
_FORM_KHMER = alternatives(
    "គ្រាប់", "គ្រាប់ស្រោប", "គ្រាប់កាប់ស៊ុល", "គ្រាប់ថ្នាំ", "កាប់ស៊ុល", "កាប់ស៊ូល", "កញ្ចប់", "អំពូល",
    "ស្លាបព្រា", "ស្លាបព្រាកាហ្វេ", "ស្លាបព្រាបាយ", "ស្លាបព្រាតូច", "ស្លាបព្រាធំ", "តំណក់", "ដំណក់",
    "មីលីលីត្រ", "ម.ល", "មល", "សេសេ", "បាញ់", "ពួច", "ឯកតា", "ម្ជុល",
)  # fmt: skip
_HALF_AFTER = rf"(?:\s?(?:{khmer_pattern('ជា')})?\s?{khmer_pattern('កន្លះ')})?"
FORM = rf"(?:(?:{FORM_LATIN}){_END}|(?:{_FORM_KHMER}){_HALF_AFTER})"
#: What follows the name of a drug as its form; spoons, units and measures are amounts only.
DRUG_FORM = (
    r"(?:film[- ]?coated\s|f\.?c\.?\s|eye\s|ear\s|nasal\s|oral\s)?"
    r"(?:tab(?:let)?s?|caplets?|cap(?:sule)?s?|softgels?|sachets?|drops?|sprays?|inhalers?"
    r"|amp(?:ou?le)?s?|vials?|syrups?|syr|syp|suspensions?|susp|oral solution|solutions?|sol"
    r"|inj(?:ections?|ectable)?|creams?|ointments?|oint|gels?|lotions?|supp(?:ositor(?:y|ies))?"
    r"|pessar(?:y|ies)|patch(?:es)?|powder|granules?|cps?|cprs?|comp(?:rimes?)?|gel(?:ules?)?"
    r"|sirop|suspension buvable|solution buvable|buvable|collyre|creme|pommade|pde|ovules?"
    r"|suppositoires?|gouttes?(?: buvables?)?|poudre|aerosol|effervescent|dispersible"
    r"|(?:cp|comprimes?) (?:pelliculee?s?|enrobee?s?|effervescents?|secables?))"
    rf"\.?{_END}|(?:{_FORM_KHMER}|{alternatives('ទឹក', 'ស៊ីរ៉ូ', 'ក្រែម', 'ម្សៅ', 'ថ្នាំលាប', 'ចាក់')})"
)
_CONTAINER = (
    r"(?:(?:box(?:es)?|boites?|btes?|bte\.|bt|bottles?|bot|btls?|flacons?|fl|tubes?|strips?"
    rf"|plaquettes?|pl|packs?|blisters?|btes){_END}"
    rf"|(?:{alternatives('ដប', 'ប្រអប់', 'បន្ទះ', 'បំពង់', 'ទុយោ', 'កេស', 'ថង់')}))"
)

# ------------------------------------------------------------------ time

_PERIOD = (
    r"(?:days?|daily|dly|d|jours?|jrs?|j|24\s?h(?:ours|eures)?|weeks?|weekly|wks?|semaines?|sem"
    r"|months?|monthly|mois|nights?|nuits?)" + _END
)
_PER = r"(?:(?:an?|per|each|every|in an?|par|dans l[ae'])\s|/)\s?"
_HOURS = r"(?:hours?|hourly|hrs?|heures?|h|minutes?|mins?)"
_S = r"(?:s|\(s\))?"
_SPAN_LATIN = (
    rf"(?:day{_S}|d|week{_S}|wks?|w|month{_S}|mths?|mo|years?|yrs?|jour{_S}|jrs?|j|semaine{_S}|sem"
    rf"|mois|ans?|nights?|nuits?|hours?|hrs?|heures?|h){_END}"
)
_SPAN_KHMER = rf"(?:{alternatives('ថ្ងៃ', 'សប្តាហ៍', 'អាទិត្យ', 'ខែ', 'ឆ្នាំ', 'យប់')})(?!\s?ទី)"
_SPAN = rf"(?:{_SPAN_LATIN}|{_SPAN_KHMER})"
_BARE_SPAN = (
    rf"(?:(?:day{_S}|week{_S}|wks?|month{_S}|mths?|jour{_S}|jrs?|j|semaine{_S}|sem|mois|d){_END}"
    + rf"|(?:{alternatives('ថ្ងៃ', 'សប្តាហ៍', 'អាទិត្យ', 'ខែ')})(?!\s?ទី))"
)  # fmt: skip
_KHMER_FOR = alternatives("រយៈពេល", "រយះពេល", "ក្នុងរយៈពេល", "រយៈ", "ចំនួន", "ប្រើ")
_FOR = r"(?:for|x|during|over|within|pendant|pdt|pour|durant|sur|q\.?\s?s\.?\s?p\.?|duree|duration)"
_OF = r"\s?(?:(?:the next|a period of|a total of|une duree de|de)\s|:)?\s?"
_NOON = khmer_pattern("ថ្ងៃ")
_NOON_BARE = fold_line("ថ្ងៃ")
#: Words for a time of day, by the slot of the schedule that they name.
TIMES: dict[str, str] = {
    "morning": rf"(?:(?<![a-z])(?:morning|breakfast|matin|mane){_END}|{khmer_pattern('ព្រឹក')})",
    "noon": rf"(?:(?<![a-z])(?:noon|midday|lunch|midi){_END}|{khmer_pattern('ថ្ងៃត្រង់')})",
    "evening": rf"(?:(?<![a-z])(?:evening|dinner|soir){_END}|{khmer_pattern('ល្ងាច')})",
    "night": r"(?:(?<![a-z])"
    rf"(?:nights?|bed\s?time|bed|sleep(?:ing)?|nuit|coucher|dormir|nocte){_END}"
    rf"|{alternatives('យប់', 'ចូលគេង', 'គេង')})",
}
_TIME = rf"(?:{'|'.join(TIMES.values())})"
# A bare "day" means noon only beside another time of day; by itself it counts or dates days.
# Behind two figures it counts days: "bedtime 30 days 30 tablets".
_ALSO = rf"(?:{_TIME}|(?<!\d\d)(?<!\d\d\s){_NOON}(?!\s?(?:ទី|\d*\s?{khmer_pattern('ដង')})))"
_AT = (
    r"(?:(?<![a-z])(?:in the|at|before|every|each|chaque|avant de|avant le|le|la|au|a|du|tous les"
    r")\s"
    rf"|(?:{alternatives('ពេល', 'នៅពេល', 'នៅ', 'មុន', 'មុនពេល', 'រាល់')})\s?)?"
)
_AND = rf"\s?(?:,|-|/|&|\+|and|et|{khmer_pattern('និង')}|\s)\s?"
TIME_WORDS = rf"(?:{_AT}{_TIME}(?:{_AND}{_AT}{_ALSO})*)"
_AMOUNT = rf"{RANGE}(?:\s?{FORM})?"
_SEPARATOR = r"\s?(?:[,;+/&-]|and|et|និង)?\s?"
_BEFORE = rf"{_AMOUNT}\s?(?:[:,]\s?)?{_AT}"
_AFTER = rf"\s?(?:[:=]\s{{0,2}}){{0,2}}{_AMOUNT}"
# "10 tabs morning 1 evening 1": amounts stand after their times when one stands after the last.
_PAIRS = (
    rf"{_AT}{_TIME}{_AFTER}(?:{_SEPARATOR}{_AT}{_ALSO}{_AFTER})+(?!\s?-?\s?{_SPAN})"
    rf"|{_BEFORE}{_TIME}(?:{_SEPARATOR}{_BEFORE}{_ALSO})+(?<![3-9]{_NOON_BARE})(?<![3-9]\s{_NOON_BARE})"
    rf"(?!\s?[:=]?\s?{_RANGE_AFTER}(?!\s?-?\s?{_SPAN}))"
)
#: Any time of day; the name of the group that matched is its slot.
ANY_TIME = re.compile(
    "|".join(rf"(?P<{slot}>{words})" for slot, words in TIMES.items()).replace(
        "(?P<noon>", rf"(?P<noon>{_NOON}(?!\s?ទី)|"
    )
)
#: A time of day with the words before it (in the, at, ពេល).
LEADING = re.compile(rf"{_AT}{_TIME}")
#: One time of day with its amount, either first: group ``t`` the time, ``a`` the amount.
TIME_AMOUNT = re.compile(rf"(?P<t>{_ALSO}){_AFTER.replace(_AMOUNT, f'(?P<a>{_AMOUNT})')}")
AMOUNT_TIME = re.compile(rf"(?P<a>{_AMOUNT})\s?(?:[:,]\s?)?{_AT}(?P<t>{_ALSO})")


# ------------------------------------------------------------------ frequency

_TIMES_A = rf"{RANGE}\s?-?\s?(?:times?|x|fois|prises?)"
_LATIN_ABBREVIATION = (
    r"(?:o\.?d|q\.?d|b\.?i\.?d|b\.?d|t\.?i\.?d|t\.?d\.?s|q\.?i\.?d|q\.?d\.?s|q\.?o\.?d|e\.?o\.?d"
    rf"|h\.?s|q\.?h\.?s|q\.?a\.?m|q\.?p\.?m|stat|immediatement|immediately)(?:\.(?!\d))?{_END}"
)
_TIMES_KHMER = khmer_pattern("ដង")
_DAY_KHMER = rf"(?:{alternatives('ថ្ងៃ', 'សប្តាហ៍', 'អាទិត្យ', 'ខែ')})"
_IN_KHMER = khmer_pattern("ក្នុង")
_ONCE_KHMER = khmer_pattern("ម្តង")
TAKE_KHMER = alternatives(
    "លេប", "ញ៉ាំ", "ពិសា", "លាប", "បន្តក់", "ដាក់", "ចាក់", "បាញ់", "ផឹក", "ហូប", "ប្រើ", "សុល", "ទទួលទាន",
    "បៀម",
)  # fmt: skip
_MORNINGS = r"(?:½|\d{1,2}(?:[.,]5|/2)?)"
#: 1-0-1: morning, noon, evening and, with a fourth number, night (patterns.md 2.2).
DASHED = (
    rf"(?<![0-9.,/-]){_MORNINGS}(?:\s?(?:\+|-{{1,3}})\s?{_MORNINGS}){{2,3}}(?![0-9/-])(?![.,]\d)"
)
_WEEKDAY = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
    r"|lundis?|mardis?|mercredis?|jeudis?|vendredis?|samedis?|dimanches?)" + _END
)
# Short names are words of their own (mon, sun): only in a row of them, or after "every".
_SHORT_DAY = rf"(?:{_WEEKDAY}|(?:mon|tues?|wed|thu(?:rs)?|fri|sat|sun)\.?{_END})"
_ALSO_DAY = rf"\s?(?:[,/&-]|and|et)\s?{_SHORT_DAY}"
_WEEKDAYS = (
    rf"{_START}(?:(?:on|every|each|les?|chaque)\s)?{_WEEKDAY}(?:{_ALSO_DAY})*"
    rf"|{_START}(?:on\s)?{_SHORT_DAY}(?:{_ALSO_DAY})+|{_START}(?:every|each)\s{_SHORT_DAY}"
)
FREQUENCY = "|".join(
    (
        DASHED,
        _WEEKDAYS,
        rf"{RANGE}\s?(?:days?|jours?|j)\s?(?:/|per\s|par\s|an?\s)\s?(?:weeks?|wk|semaine|sem){_END}",
        rf"(?:x\s?)?(?P<v1>{_TIMES_A}\s?(?:{_PER})?{_PERIOD})",
        rf"{_START}(?:once|twice|thrice)\s?(?:{_PER})?{_PERIOD}",
        rf"(?:x\s?)?(?P<v2>{RANGE}\s?(?:/|par\s|per\s)\s?{_PERIOD})",
        rf"/\s?{_RANGE_AFTER}\s?h(?:eures?)?{_END}",
        rf"{RANGE}\s?-?\s?h(?:ou)?rly{_END}",
        rf"(?:daily|a day|per day|/\s?d(?:ay)?)?\s?(?:in|en)\s(?:{_RANGE_AFTER}\s)?"
        rf"(?:equally\s)?(?:divided\s(?:doses?|portions?)|prises?\sreparties){_END}",
        rf"{_START}(?:every|on) (?:other|second|2nd|alternate) days?{_END}|alternate days?{_END}",
        rf"(?:1|un)\s?j(?:our)?\s?(?:/|sur)\s?(?:2|deux|3|trois){_END}",
        rf"{_START}tous les (?:jours?|matins?|soirs?|midis?){_END}",
        rf"{_START}(?:every|each|chaque)\s?(?:day|week|month|jour|semaine|mois){_END}",
        rf"(?:en\s|as\sa\s)?(?:(?:une\s)?prise\sunique|dose\sunique|une\sseule\s(?:fois|prise|dose)"
        rf"|single\sdose){_END}",
        rf"after each (?:loose )?(?:stool|motion)s?{_END}|apres chaque selle(?:\s?liquide)?{_END}",
        rf"{_START}{_LATIN_ABBREVIATION}",
        rf"{_START}(?:daily|weekly|monthly|nightly|hourly|quotidien(?:nement|ne)?|once|twice)"
        rf"{_END}",
        rf"{_START}(?:per|par|an?)\s(?:days?|weeks?|months?|jours?|semaines?|mois){_END}",
        rf"(?:en\s)?{RANGE}\s?(?:times|fois|prises?){_END}|/\s?{_PERIOD}",
        # Khmer: once a day and its kin, before or after the verb
        rf"(?:{_IN_KHMER}\s?)?(?:{_ONE}\s?)?{_DAY_KHMER}\s?(?:{TAKE_KHMER})?\s?{RANGE}\s?"
        rf"{_TIMES_KHMER}",
        rf"{RANGE}\s?{_TIMES_KHMER}\s?(?:{_IN_KHMER}|/)?\s?(?:(?:{_ONE}\s?)?{_DAY_KHMER}"
        rf"(?!\s?{RANGE}\s?{_TIMES_KHMER}))?",
        rf"{RANGE}\s?(?:{alternatives('ម៉ោង', 'ថ្ងៃ', 'សប្តាហ៍')})\s?{_ONCE_KHMER}"
        rf"(?!\s?{RANGE}\s?{FORM})",
        rf"(?:{alternatives('រៀងរាល់', 'រាល់')})\s?(?:{alternatives('ថ្ងៃ', 'សប្តាហ៍', 'ខែ')})",
        rf"{_ONE}\s?{_NOON}(?=\s?(?:{TAKE_KHMER})?\s?{RANGE}\s?(?:{_FORM_KHMER}))",
        rf"{_IN_KHMER}\s?{_ONE}\s?{_DAY_KHMER}|/\s?{_DAY_KHMER}"
        rf"|{khmer_pattern('មួយថ្ងៃ')}(?:\s?{_TIMES_KHMER})?",
    )
)
_EVERY = (
    rf"{_START}(?:every|each|q|toutes? les|chaque)\s?{_RANGE_AFTER}\s?(?:{_HOURS}|{_PERIOD}){_END}"
    rf"|(?:{alternatives('រៀងរាល់', 'រាល់')})\s?{RANGE}\s?"
    rf"(?:{alternatives('ម៉ោង', 'ថ្ងៃ', 'សប្តាហ៍')})\s?(?:{_ONCE_KHMER})?"
)
#: How many times, but not in what time: a period was not printed, or not read.
TIMES_ALONE = re.compile(rf"(?:en\s)?{RANGE}\s?(?:times|fois|prises?|{_TIMES_KHMER})")
#: « times a day » without how many.
UNCOUNTED = re.compile(rf"{khmer_pattern('មួយថ្ងៃ')}\s?{_TIMES_KHMER}")
#: A dose of the whole day, not of one intake, where more than one unit stands before it.
DAILY_TOTAL = (
    rf"(?:/\s?|(?:par|per|an?)\s|{_IN_KHMER}|{_ONE}\s?{_NOON}(?!.*{_TIMES_KHMER})"
    r"|daily\s(?=.*divided)).*"
)

# ------------------------------------------------------------------ meal, need, route

_MEAL_LATIN = (
    rf"(?:(?:\d{{1,3}}|half an|one|an|une?)\s?(?:hours?|hrs?|h|heures?|minutes?|mins?|mn)\s)?"
    r"(?:just |immediately |juste )?"
    r"(?:(?:before|after|with|during|between)\s(?:or after\s|or without\s)?"
    r"(?:each |every |the |a |your )?(?:meals?|food|foods|eating|breakfast|lunch|dinner|supper"
    r"|milk|plenty of water|water)"
    r"(?:\s?(?:and|,|&)\s(?:breakfast|lunch|dinner|supper))*"
    r"|(?:avant|apres|pendant|pdt|au cours|au milieu|au debut|a la fin|en dehors)\s"
    r"(?:(?:de chaque|chaque|des|du|de|les|le|l')\s?)*"
    r"(?:repas|petit[- ]dejeuner|dejeuner|diner|manger)"
    rf"|(?:on |with )?(?:an )?empty stomach|a jeun|en mangeant){_END}"
    rf"|(?<![a-z0-9.])(?:a\.?c|p\.?c)(?:\.(?!\d))?{_END}"
)
_MEAL_KHMER = (
    rf"(?:{RANGE}\s?(?:{alternatives('នាទី', 'ម៉ោង')})\s?)?"
    rf"(?:{alternatives('មុន', 'ក្រោយ', 'ពេល', 'បន្ទាប់ពី', 'ជាមួយ', 'អំឡុងពេល', 'មុនពេល', 'ក្រោយពេល')})"
    rf"\s?(?:{alternatives('ញ៉ាំ', 'ហូប', 'ពិសា', 'ទទួលទាន', 'បរិភោគ', 'ទទួល')})?\s?"
    rf"(?:{alternatives('បាយ', 'អាហារ')})"
    rf"(?:{RANGE}\s?(?:{alternatives('នាទី', 'ម៉ោង')}))?"
)
_PRN = (
    rf"{_START}(?:p\.?r\.?n\.?|s\.?o\.?s\.?|(?:as|if|when|where) (?:needed|required|necessary)"
    r"|(?:if|when) (?:severe |high )?(?:pain(?:ful)?|fever|cough(?:ing)?|itch(?:ing|y)?|nausea"
    r"|vomiting|headache|dizz(?:y|iness)|wheez(?:e|ing)|spasms?|anxiety|insomnia|diarrho?ea)"
    r"|si (?:besoin|necessaire|douleurs?|fievre|nausees?|toux|vomissements?|insomnie|crise"
    r"|diarrhee)(?: ou (?:douleurs?|fievre))?"
    rf"|en cas de (?:besoin|douleurs?|fievre|crise|nausees?|toux|diarrhee)|a la demande){_END}"
    rf"|(?:{alternatives('ពេល', 'នៅពេល', 'បើ', 'ប្រសិនបើ', 'ករណី')})\s?(?:{khmer_pattern('មាន')}\s?)?"
    rf"(?:{alternatives('ឈឺ', 'ឈឺចាប់', 'ក្តៅ', 'ក្តៅខ្លួន', 'ត្រូវការ', 'ចាំបាច់', 'ក្អក', 'រមាស់', 'ក្អួត')})"
    rf"|{khmer_pattern('តាមតម្រូវការ')}"
)
_EYES = r"(?:(?:both|each|left|right|the|affected) )+(?:eyes?|ears?|nostrils?)"
_YEUX = r"(?:oeil|yeux|oreilles?|narines?)(?: (?:droite?|gauche))?"
_ROUTE = (
    rf"{_START}(?:oral(?! (?:sol|susp|rehyd|drop|gel))|by mouth|orally|oral route|per os"
    r"|per rectum|per vagina"
    r"|(?:par )?voie (?:orale|rectale|vaginale|intraveineuse|intramusculaire|sous-cutanee|cutanee"
    r"|nasale|inhalee)|intravenous(?:ly)?|intramuscular(?:ly)?|subcutaneous(?:ly)?|sublingual(?:ly)?"
    r"|topical(?:ly)?|rectal(?:ly)?|vaginal(?:ly)?|p\.?o|p\.?v|p\.?r|i\.?m|i\.?v\.?[dl]?|s\.?c|s\.?l|s/c"
    rf"|under the tongue|sous la langue|(?:in|into|to|on) {_EYES}"
    rf"|(?:dans|sur) (?:l'|les deux |chaque |le |la )?{_YEUX}"
    rf"|application locale)\.?{_END}"
    rf"|(?:{alternatives('ក្រោមអណ្តាត', 'តាមមាត់', 'តាមរន្ធគូថ', 'តាមសរសៃ', 'ក្នុងសាច់ដុំ', 'ក្រោមស្បែក')})"
)
EYE = re.compile(
    rf"{_START}(?:eyes?|ophth\w*|collyre|gouttes?|gttes?|gtts?|drops?|oeil|yeux|ocul\w*){_END}"
    rf"|{alternatives('ភ្នែក', 'តំណក់', 'ដំណក់')}"
)
#: A fraction with a figure behind it: one sign read twice (½2 for ½), and no amount.
DOUBLED = re.compile(r"[½¼¾]\s?\d")
#: What a cell under a time of day must have to be an amount.
AMOUNT_IN_GRID = re.compile(r"\d|[½¼¾]|half|demi|" + khmer_pattern("កន្លះ"))
OD = re.compile(r"o\.?d\.?")
#: On the ISMP list of error-prone abbreviations: QD, QOD and their look-alikes.
CONFUSABLE = re.compile(r"q\.?o?\.?d\.?")
_STEP = (
    rf"{_START}(?:weeks?|days?|months?|semaines?|jours?|mois|step|etape|s|j)\s?\d{{1,2}}"
    rf"(?:\s?(?:-|to|a)\s?\d{{1,2}})?\s?:"
)
THEN = rf"{_START}(?:then|puis|ensuite|followed by|thereafter){_END}|{khmer_pattern('បន្ទាប់មក')}"
_TAPER = (
    rf"{_START}(?:taper(?:ing)?|reduc(?:e|ing)|decreas(?:e|ing)|diminuer|reduire|a dose degressive"
    rf"|doses? degressives?|decroissance){_END}(?:(?!,\s|;|\.\s|\n).)*"
    rf"|{khmer_pattern('បន្ថយ')}(?:(?!,\s|;|\n).)*"
)
_LABEL = (
    rf"{_START}(?:directions?|sig|posologie|dosage|dose|frequency|freq\.?|frequence|rythme|duration|duree|route"
    r"|voie|instructions?|usage|how to use|mode d'emploi)\s?:"
    rf"|(?:{alternatives('វិធីប្រើ', 'របៀបប្រើ', 'ការប្រើប្រាស់', 'កម្រិតប្រើ', 'កម្រិត', 'ដូស', 'ចំនួនដង')})\s?:"
)
_DATE = (
    rf"{_AT_NUMBER}\d{{1,4}}\s?[/.-]\s?\d{{1,2}}\s?[/.-]\s?(?:\d{{4}}|\d{{2}})(?![0-9])"
    rf"|{khmer_pattern('ថ្ងៃទី')}\s?\d+|(?<!\d)0\d{{2}}[\s-]\d{{3}}[\s-]\d{{3}}"
)
# The most of a day is not how often.
_AT_MOST = (
    rf"{_START}(?:max(?:imum|imal|i)?\.?|ne pas depasser|sans depasser|not (?:to )?exceed(?:ing)?"
    rf"|(?:no|not) more than)\s?:?\s?{_RANGE_AFTER}(?:\s?{FORM})?(?:\s?(?:x|times?|fois|doses?))?"
    rf"(?:\s?{_PER}{_PERIOD}|\s?(?:in|en)\s24\s?h(?:ours|eures)?{_END})?"
)
# How often the pharmacy may hand it out again.
_RENEWED = (
    rf"{_START}(?:a renouveler|renouvel\w*|ar|refills?|repeats?|rpt)\s?[:x]?\s?{_RANGE_AFTER}"
    rf"(?:\s?(?:fois|times?|x){_END})?"
)
# What an infusion is diluted in, and how long one runs in: no dose, and no course.
_INFUSED = (
    rf"{_START}(?:in|dans|with|avec)\s{_FIGURES}\s?(?:ml|cc|l|litres?){_END}"
    rf"|{khmer_pattern('លាយ')}[^0-9a-z]{{0,12}}{_FIGURES}\s?(?:ml|cc|l){_END}"
    rf"|{_START}(?:over|sur|en)\s{_FIGURES}\s?-?\s?{_HOURS}{_END}"
)
_VERB = (
    rf"{_START}(?:take|use|apply|instill?|inhale|inject|give|chew|dissolve|insert|swallow|put|drink"
    r"|prendre|prenez|appliquer|instiller|inhaler|injecter|mettre|sucer|avaler|boire|a prendre)"
    rf"{_END}|(?:{TAKE_KHMER})|{_ONCE_KHMER}"
)
_QUANTITY_LABEL = (
    rf"(?:#|n\s?[°º]|{_START}(?:qty|quantity|qte|quantite|disp(?:ense)?|supply|mitte|total|nb){_END}"
    rf"|(?:{alternatives('ចំនួន', 'សរុប', 'បរិមាណ')}))\s?[:.=]?\s?#?\s?"
)

_MONEY = rf"(?:usd|us\$|[$៛€]|riels?|khr|{alternatives('រៀល', 'ដុល្លារ')})"
_NO_PRICE = rf"(?!\d|[.,]\d|\s?{_MONEY})"
_HANDED_OUT = rf"(?:{_FIGURES}|{_WORDED})(?:\s?(?:{FORM}|{_CONTAINER}))?"
_LONG_TERM = rf"{_START}(?:long[- ]term|lifelong|ongoing|au long cours|a vie|until finished){_END}"
_ORDERED: tuple[tuple[Slot, str], ...] = (
    ("blocked", _DATE),
    ("blocked", _INFUSED),
    ("blocked", _AT_MOST),
    ("blocked", _RENEWED),
    ("label", _LABEL),
    ("then", _STEP),
    ("frequency", _TAPER),
    ("pairs", _PAIRS),
    ("duration", rf"{_START}(?P<v>finish(?:ed)? in {RANGE}\s?-?\s?{_SPAN})"),
        (
            "duration",
            rf"(?:{_START}{_FOR}{_OF}|(?:{_KHMER_FOR})\s?:?\s?)(?P<v>{_RANGE_AFTER}\s?-?\s?{_SPAN})"
            r"(?!\s?/\s?\d)",
        ),
    ("duration", rf"{_START}(?:for|x)\s?(?P<v>\d{{1,2}}/(?:7|52|12))(?![0-9])"),
    ("duration", rf"{_START}\d{{1,2}}/(?:7|52)(?![0-9/])"),
    ("frequency", _EVERY),
    ("prn", _PRN),
    ("meal", rf"(?:{_MEAL_LATIN})|(?:{_MEAL_KHMER})"),
    ("frequency", FREQUENCY),
    ("duration", rf"{RANGE}\s?(?:nights|nuits){_END}"),
    ("time", TIME_WORDS),
    ("quantity", rf"{_QUANTITY_LABEL}(?P<v>{_HANDED_OUT}){_NO_PRICE}"),
    ("quantity", rf"{_START}(?P<v>b\s?/\s?\d{{1,3}})(?![0-9/])"),
    ("route", _ROUTE),
    ("dosage", rf"{RANGE}\s?-?\s?{FORM}(?!\s?/\s?(?:[dmµ]?l|kg){_END})"),
    ("container", rf"{RANGE}\s?{_CONTAINER}"),
    ("mass", rf"{RANGE}\s?(?:mg|mcg|µg|ug|(?:micro)?gram(?:me)?s?|g){_END}(?!\s?/)"),
    ("duration", rf"{RANGE}\s?-?\s?{_BARE_SPAN}(?!\s?/)"),
    ("duration", _LONG_TERM),
    ("ambiguous", rf"(?:{NUMBER}\s?)?(?<![a-wyz])x\s?{_RANGE_AFTER}"),
    # A sign before a form that no number was made of: ½ is often read as % or ».
    ("unread", rf"\d{{0,3}}[½¼¾]\d+\s?{FORM}"),  # one sign read twice: ½2, 1½2
    ("unread", rf"(?<![^\s\ue000-\ue0ff])[%»«¥&£§©®*\"'?]{{1,2}}\s?{FORM}"),
    ("then", THEN),
    ("verb", _VERB),
)  # fmt: skip
#: Stretches are claimed in this order; an earlier claim keeps later patterns out.
SLOTS = tuple((slot, re.compile(pattern)) for slot, pattern in _ORDERED)
