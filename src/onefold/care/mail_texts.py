"""What letters about notifications say, in the six languages."""

from __future__ import annotations

_TEXTS: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "mentioned": ("{name} mentioned you", "{name} mentioned you in a note on a customer. Read it here:"),
        "task_assigned": ("{name} gave you a task", "{name} gave you a task. See it here:"),
        "why": ("", "You get this message because you have an account there. Customer data is not sent by e-mail."),
    },
    "zh-CN": {
        "mentioned": ("{name} 提到了您", "{name} 在一条客户备注中提到了您。请在此查看:"),
        "task_assigned": ("{name} 给您分配了任务", "{name} 给您分配了一项任务。请在此查看:"),
        "why": ("", "您收到此邮件是因为您在那里有账户。客户数据不会通过电子邮件发送。"),
    },
    "zh-TW": {
        "mentioned": ("{name} 提到了您", "{name} 在一則客戶備註中提到了您。請在此查看:"),
        "task_assigned": ("{name} 指派了任務給您", "{name} 指派了一項任務給您。請在此查看:"),
        "why": ("", "您收到此郵件是因為您在那裡有帳戶。客戶資料不會以電子郵件傳送。"),
    },
    "ca": {
        "mentioned": ("{name} us ha mencionat", "{name} us ha mencionat en una nota sobre un client. Llegiu-la aquí:"),
        "task_assigned": ("{name} us ha assignat una tasca", "{name} us ha assignat una tasca. Consulteu-la aquí:"),
        "why": ("", "Rebeu aquest missatge perquè hi teniu un compte. Les dades dels clients no s'envien per correu."),
    },
    "el": {
        "mentioned": ("Σας ανέφερε: {name}", "Σας ανέφερε σε μια σημείωση για πελάτη: {name}. Διαβάστε την εδώ:"),
        "task_assigned": ("Νέα εργασία από: {name}", "Σας ανατέθηκε μια εργασία από: {name}. Δείτε την εδώ:"),
        "why": (
            "",
            "Λαμβάνετε αυτό το μήνυμα επειδή έχετε εκεί λογαριασμό. Δεδομένα πελατών δεν στέλνονται με e-mail.",
        ),
    },
    "fa": {
        "mentioned": (
            "{name} از شما نام برد",
            "{name} در یادداشتی دربارهٔ یک مشتری از شما نام برد. آن را اینجا بخوانید:",
        ),
        "task_assigned": ("{name} کاری به شما سپرد", "{name} کاری به شما سپرد. آن را اینجا ببینید:"),
        "why": ("", "این پیام را می‌گیرید چون آنجا حساب دارید. داده‌های مشتریان با ایمیل فرستاده نمی‌شود."),
    },
}


def subject_and_text(kind: str, language: str, name: str, link: str) -> tuple[str, str]:
    """The subject and the text of a letter; English where the language is none of ours."""
    texts = _TEXTS.get(language, _TEXTS["en"])
    subject, first = texts[kind]
    return subject.format(name=name), f"{first.format(name=name)}\n\n{link}\n\n{texts['why'][1]}\n"
