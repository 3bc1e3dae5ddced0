//! What the page of a request for access says.

use domain::permission::Permission;

/// In one language.
pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) intro: &'static str,
    pub(super) full: &'static str,
    pub(super) partial: &'static str,
    pub(super) payer_question: &'static str,
    pub(super) payer_client: &'static str,
    pub(super) payer_partner: &'static str,
    pub(super) question: &'static str,
    pub(super) grant: &'static str,
    pub(super) reject: &'static str,
    pub(super) from_which: &'static str,
    pub(super) choose: &'static str,
    pub(super) password: &'static str,
    pub(super) newcomer: &'static str,
    pub(super) name: &'static str,
    pub(super) new_password: &'static str,
    pub(super) company: &'static str,
    pub(super) country: &'static str,
    pub(super) currency: &'static str,
    pub(super) button: &'static str,
    pub(super) granted: &'static str,
    pub(super) rejected: &'static str,
    pub(super) refused: &'static str,
    pub(super) nowhere: &'static str,
    pub(super) no_card: &'static str,
    permissions: [&'static str; 5],
}

impl Words {
    /// In the language of a page.
    pub(super) fn of(language: &str) -> &'static Self {
        if language == "de" { GERMAN } else { ENGLISH }
    }

    /// What a partnership may carry, as it is asked for.
    pub(super) fn permission(&self, permission: Permission) -> &'static str {
        let [view, manage, buy, support, members] = self.permissions;
        match permission {
            Permission::ViewProducts => view,
            Permission::ManageProducts => manage,
            Permission::Purchase => buy,
            Permission::ContactSupport => support,
            Permission::ManageMembers => members,
            // never carried by a partnership
            Permission::ViewInvoices
            | Permission::ManageBilling
            | Permission::ManagePartners
            | Permission::ManageClients => permission.name(),
        }
    }
}

const ENGLISH: &Words = &Words {
    title: "Request for access",
    intro: "{partner} asks for access to your account.",
    full: "Full access to all products, including future ones:",
    partial: "Partial access to all products:",
    payer_question: "Who pays for what {partner} orders and renews?",
    payer_client: "My account pays.",
    payer_partner: "{partner} pays.",
    question: "Shall {partner} have this access?",
    grant: "Yes, I grant it.",
    reject: "No.",
    from_which: "To which of your accounts?",
    choose: "Please choose one of your accounts, and answer once more.",
    password: "Your password",
    newcomer: "There is no sign-in for {email} yet. Open an account to grant the access; or leave this page, and {partner} gets none.",
    name: "Your name",
    new_password: "A password, at least 8 characters",
    company: "Name of the account: your company, or you",
    country: "Country, by its two letters",
    currency: "Currency of your invoices, by its three letters",
    button: "Answer",
    granted: "{partner} has access to your account now. You can narrow or end it at any time.",
    rejected: "You have declined. {partner} has no access to your account.",
    refused: "Please answer every question, and choose a password that is neither too short nor too easy to guess.",
    nowhere: "You have no account to which you could grant this.",
    no_card: "{partner} has no payment method, and cannot pay.",
    permissions: [
        "View products",
        "Manage products",
        "Order, renew and change plans",
        "Contact support",
        "Manage members",
    ],
};

const GERMAN: &Words = &Words {
    title: "Anfrage um Zugriff",
    intro: "{partner} bittet um Zugriff auf Ihr Konto.",
    full: "Vollzugriff auf alle Produkte, auch künftige:",
    partial: "Teilzugriff auf alle Produkte:",
    payer_question: "Wer zahlt, was {partner} bestellt und verlängert?",
    payer_client: "Mein Konto zahlt.",
    payer_partner: "{partner} zahlt.",
    question: "Soll {partner} diesen Zugriff haben?",
    grant: "Ja, ich erteile ihn.",
    reject: "Nein.",
    from_which: "Auf welches Ihrer Konten?",
    choose: "Bitte wählen Sie eines Ihrer Konten, und antworten Sie noch einmal.",
    password: "Ihr Passwort",
    newcomer: "Für {email} gibt es noch keine Anmeldung. Eröffnen Sie ein Konto, um den Zugriff zu erteilen; oder verlassen Sie diese Seite, dann erhält {partner} keinen.",
    name: "Ihr Name",
    new_password: "Ein Passwort, mindestens 8 Zeichen",
    company: "Name des Kontos: Ihr Unternehmen oder Sie selbst",
    country: "Land, mit seinen zwei Buchstaben",
    currency: "Währung Ihrer Rechnungen, mit ihren drei Buchstaben",
    button: "Antworten",
    granted: "{partner} hat jetzt Zugriff auf Ihr Konto. Sie können ihn jederzeit einschränken oder beenden.",
    rejected: "Sie haben abgelehnt. {partner} hat keinen Zugriff auf Ihr Konto.",
    refused: "Bitte beantworten Sie jede Frage, und wählen Sie ein Passwort, das weder zu kurz noch zu leicht zu erraten ist.",
    nowhere: "Sie haben kein Konto, für das Sie das erteilen könnten.",
    no_card: "{partner} hat kein Zahlungsmittel und kann nicht zahlen.",
    permissions: [
        "Produkte ansehen",
        "Produkte verwalten",
        "Bestellen, verlängern und Tarife wechseln",
        "Support kontaktieren",
        "Mitglieder verwalten",
    ],
};
