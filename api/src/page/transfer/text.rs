//! What the page of a transfer says.

/// In one language.
pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) intro: &'static str,
    pub(super) meaning: &'static str,
    pub(super) question: &'static str,
    pub(super) accept: &'static str,
    pub(super) decline: &'static str,
    pub(super) into_which: &'static str,
    pub(super) choose: &'static str,
    pub(super) password: &'static str,
    pub(super) newcomer: &'static str,
    pub(super) name: &'static str,
    pub(super) new_password: &'static str,
    pub(super) company: &'static str,
    pub(super) country: &'static str,
    pub(super) currency: &'static str,
    pub(super) button: &'static str,
    pub(super) accepted: &'static str,
    pub(super) declined: &'static str,
    pub(super) refused: &'static str,
    pub(super) nowhere: &'static str,
    pub(super) not_now: &'static str,
    pub(super) no_price: &'static str,
}

impl Words {
    /// In the language of a page.
    pub(super) fn of(language: &str) -> &'static Self {
        if language == "de" { GERMAN } else { ENGLISH }
    }
}

const ENGLISH: &Words = &Words {
    title: "Transfer of a product",
    intro: "{holder} would like to hand over to you: {product} ({plan}).",
    meaning: "Once you accept, the product is in your account: you decide about it, and its renewals are charged to you. What is paid already stays paid.",
    question: "Shall {product} be yours?",
    accept: "Yes, I accept it.",
    decline: "No.",
    into_which: "Into which of your accounts?",
    choose: "Please choose one of your accounts, and answer once more.",
    password: "Your password",
    newcomer: "There is no sign-in for {email} yet. Open an account to accept the product; or leave this page, and it stays with {holder}.",
    name: "Your name",
    new_password: "A password, at least 8 characters",
    company: "Name of the account: your company, or you",
    country: "Country, by its two letters",
    currency: "Currency of your invoices, by its three letters",
    button: "Answer",
    accepted: "{product} is in your account now.",
    declined: "You have declined. {product} stays with {holder}.",
    refused: "Please answer every question, and choose a password that is neither too short nor too easy to guess.",
    nowhere: "You have no account that could take this product.",
    not_now: "The product cannot be handed over at the moment. {holder} can tell you why.",
    no_price: "The product is not sold in the currency of this account.",
};

const GERMAN: &Words = &Words {
    title: "Übertragung eines Produkts",
    intro: "{holder} möchte Ihnen übertragen: {product} ({plan}).",
    meaning: "Sobald Sie annehmen, liegt das Produkt in Ihrem Konto: Sie entscheiden darüber, und Verlängerungen werden Ihnen berechnet. Was schon bezahlt ist, bleibt bezahlt.",
    question: "Soll {product} Ihnen gehören?",
    accept: "Ja, ich nehme es an.",
    decline: "Nein.",
    into_which: "In welches Ihrer Konten?",
    choose: "Bitte wählen Sie eines Ihrer Konten, und antworten Sie noch einmal.",
    password: "Ihr Passwort",
    newcomer: "Für {email} gibt es noch keine Anmeldung. Eröffnen Sie ein Konto, um das Produkt anzunehmen; oder verlassen Sie diese Seite, dann bleibt es bei {holder}.",
    name: "Ihr Name",
    new_password: "Ein Passwort, mindestens 8 Zeichen",
    company: "Name des Kontos: Ihr Unternehmen oder Sie selbst",
    country: "Land, mit seinen zwei Buchstaben",
    currency: "Währung Ihrer Rechnungen, mit ihren drei Buchstaben",
    button: "Antworten",
    accepted: "{product} liegt jetzt in Ihrem Konto.",
    declined: "Sie haben abgelehnt. {product} bleibt bei {holder}.",
    refused: "Bitte beantworten Sie jede Frage, und wählen Sie ein Passwort, das weder zu kurz noch zu leicht zu erraten ist.",
    nowhere: "Sie haben kein Konto, das dieses Produkt aufnehmen könnte.",
    not_now: "Das Produkt kann im Moment nicht übertragen werden. {holder} kann Ihnen sagen, warum.",
    no_price: "Das Produkt wird in der Währung dieses Kontos nicht verkauft.",
};
