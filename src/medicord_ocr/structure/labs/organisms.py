"""Names of germs, which are the results of cultures."""

from __future__ import annotations

import re

# Genera and species seen in cultures in Cambodia, and how their names are shortened.
_GENERA = """
acinetobacter aeromonas aspergillus bacillus bacteroides brucella burkholderia campylobacter
candida chlamydia citrobacter clostridium corynebacterium cryptococcus edwardsiella enterobacter
enterococcus escherichia gardnerella haemophilus helicobacter klebsiella lactobacillus legionella
leptospira listeria micrococcus moraxella morganella mycobacterium mycoplasma neisseria nocardia
penicillium plesiomonas proteus providencia pseudomonas salmonella serratia shigella
staphylococcus staphylocoque stenotrophomonas streptococcus streptocoque talaromyces treponema
trichomonas ureaplasma vibrio yersinia
"""
_SHORT = (
    r"(?:e|k|s|p|a|c|h|n|b|v)\. ?(?:coli|pneumoniae|aureus|aeruginosa|albicans|faecalis|typhi|"
    r"baumannii|influenzae|gonorrhoeae|pseudomallei|cholerae|epidermidis|mirabilis)"
)
_ORGANISM = re.compile(rf"(?:{'|'.join(_GENERA.split())}|{_SHORT})(?![a-z])", re.IGNORECASE)


def is_organism(text: str) -> bool:
    """Whether a text begins with the name of a germ: ``Escherichia coli``, ``E. coli BLSE+``."""
    return _ORGANISM.match(text) is not None
