//! What the page of a sent cart says.

/// In one language.
pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) intro: &'static str,
    pub(super) months: &'static str,
    pub(super) sums: &'static str,
    pub(super) email: &'static str,
    pub(super) password: &'static str,
    pub(super) newcomer: &'static str,
    pub(super) name: &'static str,
    pub(super) company: &'static str,
    pub(super) country: &'static str,
    pub(super) card: &'static str,
    pub(super) for_which: &'static str,
    pub(super) choose: &'static str,
    pub(super) button: &'static str,
    pub(super) bought: &'static str,
    pub(super) completed: &'static str,
    pub(super) pending: &'static str,
    pub(super) confirm: &'static str,
    pub(super) declined: &'static str,
    pub(super) refused: &'static str,
    pub(super) nowhere: &'static str,
    pub(super) no_card: &'static str,
    pub(super) other_currency: &'static str,
}

impl Words {
    /// In the language of a page.
    pub(super) fn of(language: &str) -> &'static Self {
        if language == "de" { GERMAN } else { ENGLISH }
    }
}

const ENGLISH: &Words = &Words {
    title: "Your cart",
    intro: "{partner} has put this together for you. Nothing is ordered until you buy it.",
    months: "{months} months",
    sums: "VAT: {tax}. Total: {total}.",
    email: "Your mail address",
    password: "Your password; if you are new here, a new one of at least 8 characters",
    newcomer: "There is no sign-in for {email} yet. If you are new here, open an account:",
    name: "Your name",
    company: "Name of the account: your company, or you",
    country: "Country, by its two letters",
    card: "Payment method, by its token; empty: the one on file",
    for_which: "For which of your accounts?",
    choose: "Please choose one of your accounts, and buy once more.",
    button: "Buy now",
    bought: "Thank you, it is bought and paid. The confirmation and the invoice come by mail.",
    completed: "This cart has been bought.",
    pending: "The payment is not confirmed yet. It is not tried twice, and you will get a mail.",
    confirm: "Confirm the payment at your bank",
    declined: "The payment was declined. Please use another payment method.",
    refused: "Please fill in every field, with a password that is neither too short nor too easy to guess.",
    nowhere: "You have no account for which you could buy this.",
    no_card: "There is no payment method on file. Please give one.",
    other_currency: "The cart is in another currency than your account.",
};

const GERMAN: &Words = &Words {
    title: "Ihr Warenkorb",
    intro: "{partner} hat das für Sie zusammengestellt. Bestellt ist erst, wenn Sie kaufen.",
    months: "{months} Monate",
    sums: "USt.: {tax}. Gesamt: {total}.",
    email: "Ihre E-Mail-Adresse",
    password: "Ihr Passwort; wenn Sie neu sind, ein neues mit mindestens 8 Zeichen",
    newcomer: "Für {email} gibt es noch keine Anmeldung. Wenn Sie neu sind, eröffnen Sie ein Konto:",
    name: "Ihr Name",
    company: "Name des Kontos: Ihr Unternehmen oder Sie selbst",
    country: "Land, mit seinen zwei Buchstaben",
    card: "Zahlungsmittel, als Token; leer: das hinterlegte",
    for_which: "Für welches Ihrer Konten?",
    choose: "Bitte wählen Sie eines Ihrer Konten, und kaufen Sie noch einmal.",
    button: "Jetzt kaufen",
    bought: "Danke, es ist gekauft und bezahlt. Bestätigung und Rechnung kommen per E-Mail.",
    completed: "Dieser Warenkorb ist gekauft.",
    pending: "Die Zahlung ist noch nicht bestätigt. Sie wird nicht doppelt versucht, und Sie bekommen eine E-Mail.",
    confirm: "Zahlung bei Ihrer Bank bestätigen",
    declined: "Die Zahlung wurde abgelehnt. Bitte verwenden Sie ein anderes Zahlungsmittel.",
    refused: "Bitte füllen Sie jedes Feld aus, mit einem Passwort, das weder zu kurz noch zu leicht zu erraten ist.",
    nowhere: "Sie haben kein Konto, für das Sie das kaufen könnten.",
    no_card: "Es ist kein Zahlungsmittel hinterlegt. Bitte geben Sie eines an.",
    other_currency: "Der Warenkorb ist in einer anderen Währung als Ihr Konto.",
};
