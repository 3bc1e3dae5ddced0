//! What the pages say, in each language that they exist in.

use chrono::NaiveDate;
use domain::money::Money;
use language::Language;

/// The texts of a page, by name. Whoever uses it has a constant of them for each language, so none can lack one; and a test that
/// each leaves the same to be filled in.
macro_rules! texts {
    ($(#[$about:meta])* $name:ident { $($text:ident),+ $(,)? }) => {
        $(#[$about])*
        pub(super) struct $name {
            pub(super) language: &'static str,
            $(pub(super) $text: &'static str,)+
        }

        impl $name {
            const ALL: [&'static Self; 5] = [ENGLISH, GERMAN, SPANISH, FRENCH, ITALIAN];

            /// For a BCP 47 tag; in English where there is no such language.
            pub(super) fn of(locale: &str) -> &'static Self {
                let language = locale.split('-').next();
                Self::ALL.into_iter().find(|texts| Some(texts.language) == language).unwrap_or(ENGLISH)
            }
        }

        #[test]
        fn every_language_leaves_the_same_to_be_filled_in() {
            let files = $name::ALL.map(|texts| {
                let lines = [$((stringify!($text), texts.$text)),+];
                let lines = lines.map(|(name, text)| format!("{name} = {}\n", text.replace('{', "{ $")));
                (texts.language, lines.concat())
            });
            let files = files.each_ref().map(|(language, lines)| (*language, lines.as_str()));
            assert_eq!(language::faults(&files), Vec::<String>::new());
        }
    };
}
pub(super) use texts;

texts! {
    /// All sentences of one language.
    Texts {
        verify_title,
        verify_intro,
        verify_button,
        verify_done,
        reset_title,
        reset_intro,
        reset_field,
        reset_button,
        reset_done,
        reset_refused,
        join_title,
        join_intro,
        join_name,
        join_new_password,
        join_password,
        join_button,
        join_done,
        join_refused,
        join_wrong_password,
        too_often,
        claim_title,
        claim_intro,
        claim_field,
        claim_question,
        claim_confirm,
        claim_dispute,
        claim_button,
        claim_done,
        claim_disputed,
        claim_refused,
        contribute_title,
        contribute_intro,
        contribute_button,
        contribute_done,
        contribute_sign_up,
        stop_title,
        stop_intro,
        stop_button,
        stop_done,
        confirm_title,
        confirm_intro,
        confirm_question,
        confirm_yes,
        confirm_no,
        confirm_button,
        confirm_done,
        confirm_declined,
        sorry,
        link_invalid,
        link_expired,
        failed,
    }
}

impl Texts {
    /// For a BCP 47 tag, if there is such a language.
    pub(super) fn spoken(tag: &str) -> Option<&'static Self> {
        let language = tag.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|texts| texts.language.eq_ignore_ascii_case(language))
    }

    /// An amount, as the language writes it.
    pub(super) fn money(&self, money: Money) -> String {
        let (currency, exponent) = (money.currency().code(), u8::try_from(money.currency().exponent()));
        let written = self.formats().zip(exponent.ok());
        let written = written.and_then(|(formats, exponent)| formats.money(money.minor(), exponent, currency).ok());
        written.unwrap_or_else(|| format!("{} {currency}", money.to_decimal()))
    }

    /// A day, as the language writes it.
    pub(super) fn date(&self, date: NaiveDate) -> String {
        self.formats().and_then(|formats| formats.date(date).ok()).unwrap_or_else(|| date.to_string())
    }

    /// None only where its file is broken, which a test finds.
    fn formats(&self) -> Option<Language> {
        Language::new(self.language, &[]).ok()
    }
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
    join_title: "Accept the invitation",
    join_intro: "{name} invites {email} to become a member of {account}.",
    join_name: "Your name",
    join_new_password: "A password for your sign-in, at least 8 characters",
    join_password: "Your password",
    join_button: "Accept",
    join_done: "You are a member of {account} now. You can sign in with your address and your password.",
    join_refused: "Please give your name, and another password: this one is too short, too long or too easy to guess.",
    join_wrong_password: "This is not the password of your sign-in.",
    too_often: "That was tried too often. Please try again in a minute.",
    claim_title: "Your account",
    claim_intro: "{partner} has opened the account {account} in your name, and says that you gave a power of attorney for it: {reference}, signed on {signed}.",
    claim_field: "Choose a password, at least 8 characters",
    claim_question: "Did you give this power of attorney?",
    claim_confirm: "Yes, I did.",
    claim_dispute: "No, I did not: {partner} shall have no access until the provider has looked into it.",
    claim_button: "Claim account",
    claim_done: "The account {account} is yours. You can sign in now.",
    claim_disputed: "The account {account} is yours, and {partner} has no access any more. You can sign in now; the provider will look into it.",
    claim_refused: "Please answer the question, and choose a password that is neither too short nor too easy to guess.",
    contribute_title: "{product} is shared with you",
    contribute_intro: "It is shared with {email}. Is that your mail address?",
    contribute_button: "Yes, it is mine",
    contribute_done: "You have access. Sign in to see it.",
    contribute_sign_up: "Now sign up with {email}: you have access as soon as you have confirmed that address once more.",
    stop_title: "Fewer mails",
    stop_intro: "{email} gets a mail for each event of this kind: “{event}” Shall that end?",
    stop_button: "No more of these mails",
    stop_done: "From now on {email} gets no more mails of this kind. You can change that in your settings at any time.",
    confirm_title: "Test gateway",
    confirm_intro: "A payment of {amount} is to be confirmed.",
    confirm_question: "Your answer",
    confirm_yes: "It is mine",
    confirm_no: "It is not mine",
    confirm_button: "Answer",
    confirm_done: "The payment is confirmed.",
    confirm_declined: "The payment is declined.",
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
    verify_done: "Ihre Adresse ist bestätigt. Sie können diese Seite schließen.",
    reset_title: "Neues Passwort festlegen",
    reset_intro: "Ein neues Passwort für {email}. Alle Ihre anderen Anmeldungen enden damit.",
    reset_field: "Neues Passwort, mindestens 8 Zeichen",
    reset_button: "Passwort festlegen",
    reset_done: "Ihr Passwort ist festgelegt. Sie können sich jetzt damit anmelden.",
    reset_refused: "Bitte wählen Sie ein anderes Passwort: Dieses ist zu kurz, zu lang oder zu leicht zu erraten.",
    join_title: "Einladung annehmen",
    join_intro: "{name} lädt {email} ein, Mitglied von {account} zu werden.",
    join_name: "Ihr Name",
    join_new_password: "Ein Passwort für Ihre Anmeldung, mindestens 8 Zeichen",
    join_password: "Ihr Passwort",
    join_button: "Annehmen",
    join_done: "Sie sind jetzt Mitglied von {account}. Sie können sich mit Ihrer Adresse und Ihrem Passwort anmelden.",
    join_refused: "Bitte geben Sie Ihren Namen an, und ein anderes Passwort: Dieses ist zu kurz, zu lang oder zu leicht zu erraten.",
    join_wrong_password: "Das ist nicht das Passwort Ihrer Anmeldung.",
    too_often: "Das wurde zu oft versucht. Bitte versuchen Sie es in einer Minute noch einmal.",
    claim_title: "Ihr Konto",
    claim_intro: "{partner} hat in Ihrem Namen das Konto {account} eröffnet und gibt an, dass Sie dafür eine Vollmacht erteilt haben: {reference}, unterzeichnet am {signed}.",
    claim_field: "Passwort wählen, mindestens 8 Zeichen",
    claim_question: "Haben Sie diese Vollmacht erteilt?",
    claim_confirm: "Ja, das habe ich.",
    claim_dispute: "Nein: {partner} soll keinen Zugriff haben, bis der Anbieter den Fall geprüft hat.",
    claim_button: "Konto übernehmen",
    claim_done: "Das Konto {account} gehört Ihnen. Sie können sich jetzt anmelden.",
    claim_disputed: "Das Konto {account} gehört Ihnen, und {partner} hat keinen Zugriff mehr. Sie können sich jetzt anmelden; der Anbieter prüft den Fall.",
    claim_refused: "Bitte beantworten Sie die Frage und wählen Sie ein Passwort, das weder zu kurz noch zu leicht zu erraten ist.",
    contribute_title: "{product} wird mit Ihnen geteilt",
    contribute_intro: "Geteilt wird es mit {email}. Ist das Ihre E-Mail-Adresse?",
    contribute_button: "Ja, das ist meine",
    contribute_done: "Sie haben Zugriff. Melden Sie sich an, um es zu sehen.",
    contribute_sign_up: "Registrieren Sie sich jetzt mit {email}: Sie haben Zugriff, sobald Sie diese Adresse noch einmal bestätigt haben.",
    stop_title: "Weniger E-Mails",
    stop_intro: "{email} erhält zu jedem Ereignis dieser Art eine E-Mail: „{event}“ Soll das aufhören?",
    stop_button: "Keine solchen E-Mails mehr",
    stop_done: "An {email} gehen ab jetzt keine E-Mails dieser Art mehr. Sie können das in Ihren Einstellungen jederzeit ändern.",
    confirm_title: "Test-Gateway",
    confirm_intro: "Eine Zahlung von {amount} ist zu bestätigen.",
    confirm_question: "Ihre Antwort",
    confirm_yes: "Sie ist von mir",
    confirm_no: "Sie ist nicht von mir",
    confirm_button: "Antworten",
    confirm_done: "Die Zahlung ist bestätigt.",
    confirm_declined: "Die Zahlung ist abgelehnt.",
    sorry: "Das geht leider nicht",
    link_invalid: "Dieser Link ist ungültig oder wurde schon verwendet.",
    link_expired: "Dieser Link ist zu alt. Bitte fordern Sie einen neuen an.",
    failed: "Bei uns ist etwas schiefgegangen. Bitte versuchen Sie es gleich noch einmal.",
};

const SPANISH: &Texts = &Texts {
    language: "es",
    verify_title: "Confirmar su dirección",
    verify_intro: "¿Es {email} su dirección de correo electrónico?",
    verify_button: "Sí, es la mía",
    verify_done: "Su dirección está confirmada. Puede cerrar esta página.",
    reset_title: "Establecer una contraseña nueva",
    reset_intro: "Una contraseña nueva para {email}. Todas sus demás sesiones se cerrarán.",
    reset_field: "Contraseña nueva, al menos 8 caracteres",
    reset_button: "Establecer la contraseña",
    reset_done: "Su contraseña está establecida. Ya puede iniciar sesión con ella.",
    reset_refused: "Elija otra contraseña: esta es demasiado corta, demasiado larga o demasiado fácil de adivinar.",
    join_title: "Aceptar la invitación",
    join_intro: "{name} invita a {email} a ser miembro de {account}.",
    join_name: "Su nombre",
    join_new_password: "Una contraseña para su usuario, al menos 8 caracteres",
    join_password: "Su contraseña",
    join_button: "Aceptar",
    join_done: "Ya es miembro de {account}. Puede iniciar sesión con su dirección y su contraseña.",
    join_refused: "Indique su nombre y otra contraseña: esta es demasiado corta, demasiado larga o demasiado fácil de adivinar.",
    join_wrong_password: "Esta no es la contraseña de su usuario.",
    too_often: "Se ha intentado demasiadas veces. Vuelva a intentarlo dentro de un minuto.",
    claim_title: "Su cuenta",
    claim_intro: "{partner} ha abierto la cuenta {account} en su nombre y declara que usted otorgó un poder para ello: {reference}, firmado el {signed}.",
    claim_field: "Elija una contraseña, al menos 8 caracteres",
    claim_question: "¿Otorgó usted este poder?",
    claim_confirm: "Sí, lo otorgué.",
    claim_dispute: "No: {partner} no debe tener ningún acceso hasta que el proveedor haya examinado el caso.",
    claim_button: "Tomar posesión de la cuenta",
    claim_done: "La cuenta {account} es suya. Ya puede iniciar sesión.",
    claim_disputed: "La cuenta {account} es suya y {partner} ya no tiene acceso. Ya puede iniciar sesión; el proveedor examinará el caso.",
    claim_refused: "Responda a la pregunta y elija una contraseña que no sea ni demasiado corta ni demasiado fácil de adivinar.",
    contribute_title: "{product} se comparte con usted",
    contribute_intro: "Se comparte con {email}. ¿Es su dirección de correo electrónico?",
    contribute_button: "Sí, es la mía",
    contribute_done: "Ya tiene acceso. Inicie sesión para verlo.",
    contribute_sign_up: "Regístrese ahora con {email}: tendrá acceso en cuanto haya confirmado esa dirección una vez más.",
    stop_title: "Menos correos",
    stop_intro: "{email} recibe un correo por cada acontecimiento de este tipo: «{event}» ¿Desea que deje de ser así?",
    stop_button: "No recibir más correos así",
    stop_done: "A partir de ahora {email} no recibirá más correos de este tipo. Puede cambiarlo en sus ajustes en cualquier momento.",
    confirm_title: "Pasarela de prueba",
    confirm_intro: "Hay que confirmar un pago de {amount}.",
    confirm_question: "Su respuesta",
    confirm_yes: "Es mío",
    confirm_no: "No es mío",
    confirm_button: "Responder",
    confirm_done: "El pago está confirmado.",
    confirm_declined: "El pago está rechazado.",
    sorry: "Esto no funciona",
    link_invalid: "Este enlace no es válido o ya se ha usado.",
    link_expired: "Este enlace es demasiado antiguo. Solicite uno nuevo.",
    failed: "Algo ha fallado por nuestra parte. Vuelva a intentarlo dentro de un momento.",
};

const FRENCH: &Texts = &Texts {
    language: "fr",
    verify_title: "Confirmer votre adresse",
    verify_intro: "{email} est-elle bien votre adresse e-mail ?",
    verify_button: "Oui, c’est la mienne",
    verify_done: "Votre adresse est confirmée. Vous pouvez fermer cette page.",
    reset_title: "Définir un nouveau mot de passe",
    reset_intro: "Un nouveau mot de passe pour {email}. Toutes vos autres sessions prendront fin.",
    reset_field: "Nouveau mot de passe, au moins 8 caractères",
    reset_button: "Définir le mot de passe",
    reset_done: "Votre mot de passe est défini. Vous pouvez maintenant l’utiliser pour vous connecter.",
    reset_refused: "Veuillez choisir un autre mot de passe : celui-ci est trop court, trop long ou trop facile à deviner.",
    join_title: "Accepter l’invitation",
    join_intro: "{name} invite {email} à devenir membre du compte {account}.",
    join_name: "Votre nom",
    join_new_password: "Un mot de passe pour vos identifiants, au moins 8 caractères",
    join_password: "Votre mot de passe",
    join_button: "Accepter",
    join_done: "Vous êtes maintenant membre du compte {account}. Vous pouvez vous connecter avec votre adresse et votre mot de passe.",
    join_refused: "Veuillez indiquer votre nom et un autre mot de passe : celui-ci est trop court, trop long ou trop facile à deviner.",
    join_wrong_password: "Ce n’est pas le mot de passe de vos identifiants.",
    too_often: "Il y a eu trop de tentatives. Veuillez réessayer dans une minute.",
    claim_title: "Votre compte",
    claim_intro: "{partner} a ouvert le compte {account} en votre nom et déclare que vous avez donné procuration à cet effet : {reference}, signée le {signed}.",
    claim_field: "Choisissez un mot de passe, au moins 8 caractères",
    claim_question: "Avez-vous donné cette procuration ?",
    claim_confirm: "Oui, je l’ai donnée.",
    claim_dispute: "Non : {partner} ne doit avoir aucun accès tant que le fournisseur n’a pas examiné la situation.",
    claim_button: "Prendre possession du compte",
    claim_done: "Le compte {account} vous appartient. Vous pouvez maintenant vous connecter.",
    claim_disputed: "Le compte {account} vous appartient, et {partner} n’y a plus accès. Vous pouvez maintenant vous connecter ; le fournisseur examinera la situation.",
    claim_refused: "Veuillez répondre à la question et choisir un mot de passe qui ne soit ni trop court ni trop facile à deviner.",
    contribute_title: "{product} est partagé avec vous",
    contribute_intro: "Le partage s’adresse à {email}. Est-ce bien votre adresse e-mail ?",
    contribute_button: "Oui, c’est la mienne",
    contribute_done: "Vous avez accès. Connectez-vous pour voir le produit.",
    contribute_sign_up: "Ouvrez maintenant un compte avec {email} : vous aurez accès dès que vous aurez confirmé cette adresse une nouvelle fois.",
    stop_title: "Moins d’e-mails",
    stop_intro: "{email} reçoit un e-mail pour chaque événement de ce type : « {event} » Souhaitez-vous que cela cesse ?",
    stop_button: "Ne plus recevoir ces e-mails",
    stop_done: "Désormais, {email} ne recevra plus d’e-mails de ce type. Vous pouvez changer cela à tout moment dans vos paramètres.",
    confirm_title: "Passerelle de test",
    confirm_intro: "Un paiement de {amount} est à confirmer.",
    confirm_question: "Votre réponse",
    confirm_yes: "Il est de moi",
    confirm_no: "Il n’est pas de moi",
    confirm_button: "Répondre",
    confirm_done: "Le paiement est confirmé.",
    confirm_declined: "Le paiement est refusé.",
    sorry: "Cela ne fonctionne pas",
    link_invalid: "Ce lien n’est pas valable ou a déjà été utilisé.",
    link_expired: "Ce lien est trop ancien. Veuillez en demander un nouveau.",
    failed: "Une erreur s’est produite de notre côté. Veuillez réessayer dans un instant.",
};

const ITALIAN: &Texts = &Texts {
    language: "it",
    verify_title: "Conferma del Suo indirizzo",
    verify_intro: "{email} è il Suo indirizzo e-mail?",
    verify_button: "Sì, è il mio",
    verify_done: "Il Suo indirizzo è confermato. Può chiudere questa pagina.",
    reset_title: "Impostare una nuova password",
    reset_intro: "Una nuova password per {email}. Tutte le Sue altre sessioni verranno chiuse.",
    reset_field: "Nuova password, almeno 8 caratteri",
    reset_button: "Imposta la password",
    reset_done: "La password è impostata. Ora può usarla per accedere.",
    reset_refused: "Scelga un’altra password: questa è troppo corta, troppo lunga o troppo facile da indovinare.",
    join_title: "Accettare l’invito",
    join_intro: "{name} invita {email} a diventare membro di {account}.",
    join_name: "Il Suo nome",
    join_new_password: "Una password per le Sue credenziali, almeno 8 caratteri",
    join_password: "La Sua password",
    join_button: "Accetta",
    join_done: "Ora Lei è membro di {account}. Può accedere con il Suo indirizzo e la Sua password.",
    join_refused: "Indichi il Suo nome e un’altra password: questa è troppo corta, troppo lunga o troppo facile da indovinare.",
    join_wrong_password: "Questa non è la password delle Sue credenziali.",
    too_often: "I tentativi sono stati troppi. Riprovi tra un minuto.",
    claim_title: "Il Suo account",
    claim_intro: "{partner} ha aperto l’account {account} a Suo nome e dichiara che Lei ha rilasciato una procura a tale scopo: {reference}, firmata in data {signed}.",
    claim_field: "Scelga una password, almeno 8 caratteri",
    claim_question: "Ha rilasciato questa procura?",
    claim_confirm: "Sì, l’ho rilasciata.",
    claim_dispute: "No: {partner} non deve avere alcun accesso finché il fornitore non avrà esaminato il caso.",
    claim_button: "Prendi possesso dell’account",
    claim_done: "L’account {account} è Suo. Ora può accedere.",
    claim_disputed: "L’account {account} è Suo e {partner} non ha più accesso. Ora può accedere; il fornitore esaminerà il caso.",
    claim_refused: "Risponda alla domanda e scelga una password che non sia né troppo corta né troppo facile da indovinare.",
    contribute_title: "{product} è condiviso con Lei",
    contribute_intro: "È condiviso con {email}. È il Suo indirizzo e-mail?",
    contribute_button: "Sì, è il mio",
    contribute_done: "Ora ha accesso. Acceda con le Sue credenziali per vederlo.",
    contribute_sign_up: "Ora si registri con {email}: avrà accesso non appena avrà confermato ancora una volta questo indirizzo.",
    stop_title: "Meno e-mail",
    stop_intro: "{email} riceve un’e-mail per ogni evento di questo tipo: «{event}» Vuole che non accada più?",
    stop_button: "Non ricevere più queste e-mail",
    stop_done: "D’ora in poi {email} non riceverà più e-mail di questo tipo. Può cambiare questa scelta in qualsiasi momento nelle impostazioni.",
    confirm_title: "Gateway di prova",
    confirm_intro: "C’è un pagamento di {amount} da confermare.",
    confirm_question: "La Sua risposta",
    confirm_yes: "È mio",
    confirm_no: "Non è mio",
    confirm_button: "Rispondi",
    confirm_done: "Il pagamento è confermato.",
    confirm_declined: "Il pagamento è rifiutato.",
    sorry: "Non è possibile",
    link_invalid: "Questo link non è valido o è già stato usato.",
    link_expired: "Questo link è troppo vecchio. Ne richieda uno nuovo.",
    failed: "Si è verificato un errore da parte nostra. Riprovi tra un momento.",
};
