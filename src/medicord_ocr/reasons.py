"""What the review reasons of fields mean, in words for people, in English and Khmer."""

from __future__ import annotations

#: By code (``review_reasons``): a sentence in English, and one in Khmer.
REASONS: dict[str, tuple[str, str]] = {
    "low_confidence": ("The reading is unsure.", "ការអានមិនសូវប្រាកដ។"),
    "readers_disagree": ("The readers read different things.", "កម្មវិធីអានបានអានខុសគ្នា។"),
    "single_reading": (
        "Only one reader could read it.",
        "មានកម្មវិធីអានតែមួយប៉ុណ្ណោះដែលអាចអានបាន។",
    ),
    "low_resolution": ("The letters on this page are very small.", "អក្សរនៅលើទំព័រនេះតូចណាស់។"),
    "implausible_value": (
        "The value is hardly possible for this test.",
        "លទ្ធផលនេះស្ទើរតែមិនអាចមានសម្រាប់តេស្តនេះ។",
    ),
    "value_missing": (
        "A value is expected here, and none was read.",
        "គួរមានលទ្ធផលនៅទីនេះ ប៉ុន្តែមិនបានអានឃើញ។",
    ),
    "value_unreadable": ("The value cannot be read.", "អានលទ្ធផលមិនបាន។"),
    "unit_unknown": ("The unit is not one of this test.", "ឯកតានេះមិនមែនជាឯកតារបស់តេស្តនេះទេ។"),
    "range_conflict": (
        "The reference range does not fit the test or the unit.",
        "តម្លៃយោងមិនត្រូវនឹងតេស្ត ឬឯកតា។",
    ),
    "range_unreadable": ("The reference range cannot be read.", "អានតម្លៃយោងមិនបាន។"),
    "flag_conflict": (
        "The mark on the page contradicts value and range.",
        "សញ្ញានៅលើឯកសារផ្ទុយនឹងលទ្ធផល និងតម្លៃយោង។",
    ),
    "cross_check": (
        "It does not agree with other results on the page.",
        "មិនស៊ីគ្នានឹងលទ្ធផលផ្សេងទៀតនៅលើទំព័រ។",
    ),
    "ambiguous_number": (
        "The number can be read in two ways (comma or point).",
        "លេខនេះអាចអានបានពីរយ៉ាង (ក្បៀស ឬចុច)។",
    ),
    "mixed_digits": (
        "It was read in Western digits, beside others in Khmer digits.",
        "បានអានជាលេខអារ៉ាប់ ខណៈលេខផ្សេងទៀតជាលេខខ្មែរ។",
    ),
    "test_unknown": ("The test is not known.", "មិនស្គាល់តេស្តនេះ។"),
    "test_unsure": ("It is not certain which test this is.", "មិនប្រាកដថាជាតេស្តណា។"),
    "doubtful_name": ("The name may be misread.", "ឈ្មោះនេះអាចអានខុស។"),
    "unread_name": ("The name cannot be read.", "អានឈ្មោះមិនបាន។"),
    "unknown_drug": ("The drug is not known.", "មិនស្គាល់ឱសថនេះ។"),
    "near_name": (
        "The name is spelt almost like a known drug.",
        "ឈ្មោះនេះសរសេរស្រដៀងនឹងឱសថដែលស្គាល់។",
    ),
    "look_alike": (
        "There is another drug with a similar name.",
        "មានឱសថផ្សេងទៀតដែលមានឈ្មោះស្រដៀងគ្នា។",
    ),
    "confusable_abbreviation": (
        "The abbreviation is easily confused with another.",
        "អក្សរកាត់នេះងាយច្រឡំនឹងអក្សរកាត់ផ្សេង។",
    ),
    "ambiguous_sig": ("The directions can be read in two ways.", "ការណែនាំប្រើអាចយល់បានពីរយ៉ាង។"),
    "cut_direction": (
        "The directions may go on where nothing was read.",
        "ការណែនាំប្រើអាចនៅមានបន្ត ត្រង់កន្លែងដែលអានមិនបាន។",
    ),
    "unread_amount": ("An amount cannot be read.", "មានបរិមាណមួយអានមិនបាន។"),
    "daily_total": (
        "The amount may be the total of a day, not one dose.",
        "បរិមាណនេះអាចជាចំនួនសរុបក្នុងមួយថ្ងៃ មិនមែនសម្រាប់ម្ដងទេ។",
    ),
    "repaired": ("A letter or digit was put right.", "មានអក្សរ ឬលេខមួយត្រូវបានកែ។"),
    "section_unheaded": (
        "The section has no heading of its own.",
        "ផ្នែកនេះគ្មានចំណងជើងផ្ទាល់ខ្លួនទេ។",
    ),
    "ambiguous_date": ("Day and month can be read in two ways.", "ថ្ងៃ និងខែអាចអានបានពីរយ៉ាង។"),
    "impossible_date": ("There is no such date.", "គ្មានកាលបរិច្ឆេទបែបនេះទេ។"),
    "two_digit_year": ("The year has two digits only.", "ឆ្នាំមានលេខតែពីរខ្ទង់។"),
    "repaired_date": ("A digit of the date was put right.", "មានលេខមួយក្នុងកាលបរិច្ឆេទត្រូវបានកែ។"),
    "unlabelled_date": (
        "The page does not say which date this is.",
        "ឯកសារមិនបានបញ្ជាក់ថាជាកាលបរិច្ឆេទអ្វីទេ។",
    ),
    "printed_date": ("It is the date of printing.", "នេះជាកាលបរិច្ឆេទបោះពុម្ព។"),
    "no_report_date": (
        "It is not the date of the report.",
        "នេះមិនមែនជាកាលបរិច្ឆេទរបស់របាយការណ៍ទេ។",
    ),
    "dates_disagree": ("There are two different dates.", "មានកាលបរិច្ឆេទពីរខុសគ្នា។"),
    "date_conflict": (
        "It is earlier than another date on the page.",
        "មុនកាលបរិច្ឆេទផ្សេងទៀតនៅលើឯកសារ។",
    ),
    "doctors_disagree": ("Several doctors are named.", "មានឈ្មោះវេជ្ជបណ្ឌិតច្រើននាក់។"),
    "facilities_disagree": (
        "Several facilities are named.",
        "មានឈ្មោះមូលដ្ឋានសុខាភិបាលច្រើន។",
    ),
    "cut_name": ("Part of the name may be missing.", "ឈ្មោះអាចខ្វះផ្នែកខ្លះ។"),
    "impossible_khmer": (
        "The Khmer letters stand in an impossible order.",
        "លំដាប់អក្សរខ្មែរមិនត្រឹមត្រូវ។",
    ),
    "llm_corrected": (
        "A language model chose among the readings.",
        "ម៉ូដែលភាសាបានជ្រើសរើសក្នុងចំណោមការអាន។",
    ),
    "llm_rejected": (
        "What a language model proposed was not accepted.",
        "សំណើរបស់ម៉ូដែលភាសាមិនត្រូវបានទទួលយកទេ",
    ),
}


def in_words(code: str) -> str:
    """What a review reason means, in English; the code itself, spaced, where it has no words."""
    return REASONS[code][0] if code in REASONS else code.replace("_", " ")
