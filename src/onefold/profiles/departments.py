"""Which department an event belongs to: sales, marketing, support, technical, management or billing.

Sources do not say it; they say what an event is, in their own words. So each department has words (beginnings of
words in Latin and Greek script, parts of words elsewhere), and an event belongs to the first department, in the order
of the table, one of whose words stands in its type. Where none does, the words of its table, then of its source
decide; last, its role: conversations are support's, feedback is marketing's, everything else sales'.
"""

from __future__ import annotations

import re
from functools import lru_cache

DEPARTMENTS = ("sales", "marketing", "support", "technical", "management", "billing")

_WORDS: dict[str, str] = {
    "billing": "invoice bill payment paid refund dunning credit_note receipt charge chargeback debt account_receivable"
    " factur pago pagament cobro cobrament reembols abono abonament rechnung zahlung paiement remboursement"
    " τιμολ πληρωμ χρέωσ επιστροφή_χρημ فاکتور صورتحساب پرداخت بازپرداخت 发票 發票 账单 帳單 付款 退款 支付 收款",
    "technical": "bug incident outage error crash login logged session device install uninstall upgrade api password"
    " app_opened push sync heartbeat technical incidencia incidència avería avaria fehler störung panne"
    " σφάλμα βλάβη σύνδεσ τεχνικ خطا خرابی ورود نصب فنی 故障 登录 登入 安装 安裝 设备 設備 技术 技術",
    "management": "contract renewal escalat complaint board approval review_meeting account_review legal"
    " contrato contracte renovaci queja reclamaci queixa direcci vertrag beschwerde contrat plainte"
    " συμβόλ συμβάσ παράπον διοίκηση قرارداد تمدید شکایت مدیریت 合同 合約 续约 續約 投诉 投訴 管理",
    "marketing": "campaign newsletter email_open email_click open click impression unsubscri subscri lead survey nps"
    " response review rating promo coupon offer banner ad_ wishlist product_viewed page_view viewed points reward"
    " loyalty checked_in referral webinar event_attend campaña campanya boletín butlletí encuesta enquesta promoci"
    " cupón cupó kampagne umfrage campagne sondage εκστρατεία ενημερωτικ έρευνα κουπόνι προσφορά πόντοι"
    " کمپین خبرنامه نظرسنجی کوپن تخفیف امتیاز 营销 行銷 活动 活動 优惠 優惠 问卷 問卷 积分 積分 浏览 瀏覽",
    "support": "ticket case call chat message conversation helpdesk support desk zendesk servicedesk enquiry inquiry"
    " question tique tiquet soporte suport llamada trucada consulta anfrage anruf appel"
    " υποστήριξ κλήση μήνυμα ερώτ پشتیبانی تیکت تماس پیام 工单 工單 客服 支持 支援 电话 電話 消息 訊息",
    "sales": "order purchase sale cart checkout quote deal opportunit booking subscription_start shop store product"
    " pedido compra venta comanda venda pressupost presupuesto bestellung kauf angebot commande achat devis"
    " παραγγελ αγορ πώληση προσφορά_πώλ سفارش خرید فروش 订单 訂單 购买 購買 销售 銷售 报价 報價",
}
_ROLES = {"conversations": "support", "feedback": "marketing"}


def _pattern(words: str) -> re.Pattern[str]:
    parts = [re.escape(word).replace("_", "[_ -]") for word in words.split()]
    latin = [part for part, word in zip(parts, words.split(), strict=True) if _is_alphabetic(word)]
    other = [part for part, word in zip(parts, words.split(), strict=True) if not _is_alphabetic(word)]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(latin)})|{'|'.join(other)}")


def _is_alphabetic(word: str) -> bool:
    """Whether words of its script are told apart by spaces and begin with their stem."""
    return all(ord(mark) < 0x0530 for mark in word)


_PATTERNS = {department: _pattern(words) for department, words in _WORDS.items()}


@lru_cache(maxsize=8192)
def department_of(role: str | None, event_type: str, table: str | None, source: str | None) -> str:
    """The department of an event.

    >>> department_of("events", "factura", "facturas", "billing"), department_of("conversations", "message", "m", "x")
    ('billing', 'support')
    """
    for words in (event_type, table, source):
        if words:
            folded = words.casefold()
            for department, pattern in _PATTERNS.items():
                if pattern.search(folded):
                    return department
    return _ROLES.get(role or "", "sales")
