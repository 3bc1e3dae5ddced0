//! Mails as their readers get them.

use std::path::Path;

use mail_parser::{MessageParser, MimeHeaders as _};

/// One mail.
#[derive(Debug, Clone)]
pub struct Mail {
    pub to: String,
    /// The address that answers go to; empty where that is the sender's.
    pub reply_to: String,
    pub subject: String,
    pub message_id: String,
    pub text: String,
    pub html: String,
    /// Where it says that such mails are stopped.
    pub stop_url: Option<String>,
    /// Names and contents of the files that came along.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Mail {
    /// The token of the link in it.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn token(&self) -> &str {
        let (_, rest) = self.text.split_once("token=").unwrap_or_else(|| panic!("no token in:\n{}", self.text));
        rest.split(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c))).next().unwrap_or_default()
    }
}

/// The mails of a folder, oldest first: their names sort by time.
pub fn read_folder(folder: &Path) -> Vec<Mail> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of mails")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .collect();
    files.sort();
    files
        .iter()
        .map(|path| {
            let raw = std::fs::read(path).expect("a mail");
            let mail = MessageParser::default().parse(&raw).expect("a mail that parses");
            let to = mail.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap_or_default();
            let reply_to = mail.reply_to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap_or_default();
            Mail {
                to: to.to_owned(),
                reply_to: reply_to.to_owned(),
                subject: mail.subject().unwrap_or_default().to_owned(),
                message_id: mail.message_id().unwrap_or_default().to_owned(),
                text: mail.body_text(0).unwrap_or_default().into_owned(),
                html: mail.body_html(0).unwrap_or_default().into_owned(),
                stop_url: mail
                    .header_raw("List-Unsubscribe")
                    .map(|field| field.trim().trim_matches(['<', '>']).to_owned()),
                files: mail
                    .attachments()
                    .map(|file| (file.attachment_name().unwrap_or_default().to_owned(), file.contents().to_vec()))
                    .collect(),
            }
        })
        .collect()
}
