//! The mark that makes a PDF with an XML file inside a Factur-X document: metadata that name the file and its profile.
//!
//! Typst writes the metadata that PDF/A asks for, and has no way to add to them. So the object that holds them is written
//! anew behind the end of the file, with what is to be added: an update as PDF has had from its beginning, which PDF/A allows.

use domain::billing::printed::PrintError;

use crate::fault;

/// What the mark says.
const MARK: &str = include_str!("../templates/factur-x.xmp");
/// Where it goes.
const END: &str = "</rdf:RDF>";
/// The description of what it says, as PDF/A wants it of all properties that it does not know.
const SCHEMA: &str = include_str!("../templates/factur-x-schema.xmp");
/// Where that goes: behind what else is described, in the one list of descriptions that there may be.
const END_OF_SCHEMAS: &str = "</rdf:Bag></pdfaExtension:schemas>";

/// Adds the mark.
pub(crate) fn mark(mut pdf: Vec<u8>) -> Result<Vec<u8>, PrintError> {
    let stream = find(&pdf, b"/Subtype/XML").ok_or_else(|| fault("the PDF has no metadata"))?;
    let id = object_around(&pdf, stream)?;
    let start = stream + find(&pdf[stream..], b"stream\n").ok_or_else(|| fault("metadata without a stream"))? + 7;
    let end = start + find(&pdf[start..], b"endstream").ok_or_else(|| fault("metadata without an end"))?;
    let old = std::str::from_utf8(&pdf[start..end]).map_err(fault)?;
    let new = before(old.trim_end(), END, MARK)?;
    let new = before(&new, END_OF_SCHEMAS, SCHEMA)?;
    let (previous, trailer) = trailer(&pdf)?;

    if !pdf.ends_with(b"\n") {
        pdf.push(b'\n');
    }
    let at = pdf.len();
    let object =
        format!("{id} 0 obj\n<</Length {}/Type/Metadata/Subtype/XML>>\nstream\n{new}\nendstream\nendobj\n", new.len());
    pdf.extend_from_slice(object.as_bytes());
    let table = pdf.len();
    let update = format!("xref\n{id} 1\n{at:010} 00000 n\r\ntrailer\n{trailer}\nstartxref\n{table}\n%%EOF\n");
    let update = update.replacen("<<", &format!("<<\n/Prev {previous}"), 1);
    pdf.extend_from_slice(update.as_bytes());
    Ok(pdf)
}

/// The text with another one in front of a third.
fn before(text: &str, place: &str, added: &str) -> Result<String, PrintError> {
    let (head, tail) = text.rsplit_once(place).ok_or_else(|| fault("metadata of another form"))?;
    Ok([head, added, place, tail].concat())
}

/// The number of the object in which a place is.
fn object_around(pdf: &[u8], place: usize) -> Result<u32, PrintError> {
    let head = find_last(&pdf[..place], b" 0 obj").ok_or_else(|| fault("metadata outside of an object"))?;
    let digits = pdf[..head].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let number = std::str::from_utf8(&pdf[head - digits..head]).map_err(fault)?;
    number.parse().map_err(fault)
}

/// Where the table of objects begins, and what the trailer says.
fn trailer(pdf: &[u8]) -> Result<(usize, String), PrintError> {
    let trailer = find_last(pdf, b"trailer").ok_or_else(|| fault("the PDF has no trailer"))?;
    let text = std::str::from_utf8(&pdf[trailer..]).map_err(fault)?;
    let (dictionary, end) = text.split_once("startxref").ok_or_else(|| fault("the PDF has no table of objects"))?;
    let table = end.trim().trim_end_matches("%%EOF").trim().parse().map_err(fault)?;
    Ok((table, dictionary.trim_start_matches("trailer").trim().to_owned()))
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

fn find_last(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).rposition(|window| window == what)
}
