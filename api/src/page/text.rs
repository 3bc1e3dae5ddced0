//! What the pages say, in each language that they exist in.

/// All sentences of one language.
pub(super) struct Texts {
    pub(super) language: &'static str,
    pub(super) verify_title: &'static str,
    pub(super) verify_intro: &'static str,
    pub(super) verify_button: &'static str,
    pub(super) verify_done: &'static str,
    pub(super) reset_title: &'static str,
    pub(super) reset_intro: &'static str,
    pub(super) reset_field: &'static str,
    pub(super) reset_button: &'static str,
    pub(super) reset_done: &'static str,
    pub(super) reset_refused: &'static str,
    pub(super) sorry: &'static str,
    pub(super) link_invalid: &'static str,
    pub(super) link_expired: &'static str,
    pub(super) failed: &'static str,
}

/// Where no other language fits.
pub(super) const ENGLISH: &Texts = &Texts {
    language: "en",
    verify_title: "Confirm your address",
    verify_intro: "Is {email} your mail address?",
    verify_button: "Yes, it is mine",
    verify_done: "Your address is confirmed. You can close this page.",
    reset_title: "Set a new password",
    reset_intro: "A new password for {email}. All other sign-ins of yours will end.",
    reset_field: "New password, at least 8 characters",
    reset_button: "Set password",
    reset_done: "Your password is set. You can sign in with it now.",
    reset_refused: "Please choose another password: this one is too short, too long or too easy to guess.",
    sorry: "This does not work",
    link_invalid: "This link is not valid, or was used before.",
    link_expired: "This link is too old. Please ask for a new one.",
    failed: "Something went wrong on our side. Please try again in a moment.",
};

const GERMAN: &Texts = &Texts {
    language: "de",
    verify_title: "Adresse bestätigen",
    verify_intro: "Ist {email} Ihre E-Mail-Adresse?",
    verify_button: "Ja, das ist meine",
    verify_done: "Ihre Adresse ist bestätigt. Sie können diese Seite schliessen.",
    reset_title: "Neues Passwort festlegen",
    reset_intro: "Ein neues Passwort für {email}. Alle Ihre anderen Anmeldungen enden damit.",
    reset_field: "Neues Passwort, mindestens 8 Zeichen",
    reset_button: "Passwort festlegen",
    reset_done: "Ihr Passwort ist festgelegt. Sie können sich jetzt damit anmelden.",
    reset_refused: "Bitte wählen Sie ein anderes Passwort: Dieses ist zu kurz, zu lang oder zu leicht zu erraten.",
    sorry: "Das geht leider nicht",
    link_invalid: "Dieser Link ist ungültig oder wurde schon verwendet.",
    link_expired: "Dieser Link ist zu alt. Bitte fordern Sie einen neuen an.",
    failed: "Bei uns ist etwas schiefgegangen. Bitte versuchen Sie es gleich noch einmal.",
};

/// The texts for a BCP 47 tag.
pub(super) fn of_locale(locale: &str) -> &'static Texts {
    match locale.split('-').next() {
        Some("de") => GERMAN,
        _ => ENGLISH,
    }
}
