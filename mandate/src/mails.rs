//! `mandate mails preview`: every mail in every language, to be looked at in a browser.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use domain::text::LANGUAGES;
use worker::notification::sample::{request, samples};

use crate::cli::Preview;
use crate::config::{Config, Purpose};
use crate::worker::renderer;

/// What everybody and everything is called: with a sign that HTML must escape, and a letter beyond ASCII.
const NAME: &str = "Bolt & Söhne";

const HEAD: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Mails</title>\
    <style>body{font:1rem/1.4 system-ui,sans-serif}td,th{padding:.25rem .75rem;text-align:left;vertical-align:top}\
    tr:nth-child(even){background:#f3f5f7}</style><h1>Mails</h1><table><tr><th>Mail<th>of";

/// Writes a page and a text for each mail and language, as this provider sends them, and an index of them all.
pub fn preview(arguments: &Preview) -> anyhow::Result<ExitCode> {
    let folder = arguments.folder.as_path();
    let renderer = renderer(&Config::load(Purpose::Tool)?)?;
    let mut index = HEAD.to_owned();
    for language in LANGUAGES {
        write!(index, "<th>{language}")?;
    }
    let mut mails = 0_usize;
    for ((shape, content), number) in samples(NAME).into_iter().zip(1..) {
        let file = format!("{number:03}-{}", content.kind());
        write!(index, "\n<tr><th>{}<td>{shape}", content.kind())?;
        for language in LANGUAGES {
            let mail = renderer.render(&request(number, language, content.clone()))?;
            let subject = mail.subject.replace('&', "&amp;").replace('<', "&lt;");
            write!(
                index,
                "<td><a href=\"{language}/{file}.html\">{subject}</a> (<a href=\"{language}/{file}.txt\">text</a>)"
            )?;
            save(folder, &format!("{language}/{file}.html"), &mail.html)?;
            save(folder, &format!("{language}/{file}.txt"), &mail.text)?;
            mails += 1;
        }
    }
    index.push_str("\n</table></html>\n");
    save(folder, "index.html", &index)?;
    println!("{mails} mails: {}", folder.join("index.html").display());
    Ok(ExitCode::SUCCESS)
}

fn save(folder: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    let path = folder.join(name);
    let within = path.parent().unwrap_or(folder);
    let written = fs::create_dir_all(within).and_then(|()| fs::write(&path, text));
    written.with_context(|| format!("{} cannot be written", path.display()))
}
