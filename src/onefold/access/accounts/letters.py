"""What the e-mails of accounts say, in six languages. Plain text with one link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Letter = Literal["invitation", "reset"]

PAGES = {"set_up": "set-up", "invitation": "invitation", "reset": "reset-password"}
"""Purpose of a link -> page that takes its token. The token is in the fragment, which no server or log is sent."""


def link_to(base: str, purpose: str, token: str) -> str:
    """The link of a one-time token, below the address where people reach this installation."""
    return f"{base.rstrip('/')}/{PAGES[purpose]}#token={token}"


@dataclass(frozen=True)
class Text:
    """Subject and body; ``{company}``, ``{link}`` and ``{inviter}`` are filled in."""

    subject: str
    body: str


LETTERS: dict[str, dict[Letter, Text]] = {
    "en": {
        "invitation": Text(
            "Your access to {company} in Onefold",
            "{inviter} invites you to {company} in Onefold.\n\nOpen this link within seven days and choose a password:"
            "\n{link}\n\nIf you do not know what this is about, do nothing.\n",
        ),
        "reset": Text(
            "A new password for {company} in Onefold",
            "Open this link within an hour to choose a new password:\n{link}\n\nIf you did not ask for it, do nothing; "
            "your password stays as it is.\n",
        ),
    },
    "zh-CN": {
        "invitation": Text(
            "您在 Onefold 中访问 {company} 的邀请",
            "{inviter} 邀请您加入 Onefold 中的 {company}。\n\n请在七天内打开此链接并设置密码：\n{link}\n\n"
            "如果您不清楚这是什么，请忽略此邮件。\n",
        ),
        "reset": Text(
            "重设 Onefold 中 {company} 的密码",
            "请在一小时内打开此链接并设置新密码：\n{link}\n\n如果不是您本人申请，请忽略此邮件，密码不会改变。\n",
        ),
    },
    "zh-TW": {
        "invitation": Text(
            "您在 Onefold 中存取 {company} 的邀請",
            "{inviter} 邀請您加入 Onefold 中的 {company}。\n\n請在七天內開啟此連結並設定密碼：\n{link}\n\n"
            "如果您不清楚這是什麼，請忽略此郵件。\n",
        ),
        "reset": Text(
            "重設 Onefold 中 {company} 的密碼",
            "請在一小時內開啟此連結並設定新密碼：\n{link}\n\n如果不是您本人申請，請忽略此郵件，密碼不會變更。\n",
        ),
    },
    "ca": {
        "invitation": Text(
            "El vostre accés a {company} a l’Onefold",
            "{inviter} us convida a {company} a l’Onefold.\n\nObriu aquest enllaç abans de set dies i trieu una "
            "contrasenya:\n{link}\n\nSi no sabeu de què es tracta, no feu res.\n",
        ),
        "reset": Text(
            "Una contrasenya nova per a {company} a l’Onefold",
            "Obriu aquest enllaç abans d’una hora per triar una contrasenya nova:\n{link}\n\nSi no l’heu demanada, no "
            "feu res; la contrasenya continua igual.\n",
        ),
    },
    "el": {
        "invitation": Text(
            "Η πρόσβασή σας στο {company} στο Onefold",
            "Ο χρήστης {inviter} σας προσκαλεί στο {company} στο Onefold.\n\nΑνοίξτε αυτόν τον σύνδεσμο μέσα σε επτά "
            "ημέρες και επιλέξτε κωδικό πρόσβασης:\n{link}\n\nΑν δεν γνωρίζετε περί τίνος πρόκειται, μην κάνετε "
            "τίποτα.\n",
        ),
        "reset": Text(
            "Νέος κωδικός πρόσβασης για το {company} στο Onefold",
            "Ανοίξτε αυτόν τον σύνδεσμο μέσα σε μία ώρα για να επιλέξετε νέο κωδικό πρόσβασης:\n{link}\n\nΑν δεν το "
            "ζητήσατε εσείς, μην κάνετε τίποτα· ο κωδικός σας μένει ίδιος.\n",
        ),
    },
    "fa": {
        "invitation": Text(
            "دسترسی شما به {company} در Onefold",
            "{inviter} شما را به {company} در Onefold دعوت کرده است.\n\nاین پیوند را ظرف هفت روز باز کنید و یک گذرواژه "
            "برگزینید:\n{link}\n\nاگر نمی‌دانید موضوع چیست، کاری نکنید.\n",
        ),
        "reset": Text(
            "گذرواژهٔ تازه برای {company} در Onefold",
            "برای برگزیدن گذرواژهٔ تازه، این پیوند را ظرف یک ساعت باز کنید:\n{link}\n\nاگر شما درخواست نکرده‌اید، کاری "
            "نکنید؛ گذرواژهٔ شما تغییری نمی‌کند.\n",
        ),
    },
}


def letter(kind: Letter, language: str | None, *, company: str, link: str, inviter: str = "") -> tuple[str, str]:
    """Subject and body in a language; in English where we do not speak it."""
    text = LETTERS.get(language or "en", LETTERS["en"])[kind]
    one_line = " ".join(company.split())
    facts = {"company": one_line, "link": link, "inviter": " ".join(inviter.split())}
    return text.subject.format(**facts), text.body.format(**facts)
