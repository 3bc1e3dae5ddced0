//! The electronic invoice: EN 16931 in UN/CEFACT's Cross Industry Invoice, the syntax that Factur-X and ZUGFeRD carry.
//!
//! The order of elements is the schema's. Comments name the business terms (BT) of the standard where the element's name does
//! not tell. Every amount is taken from the document as it was computed; nothing is rounded here.

use std::io;

use chrono::{Days, NaiveDate};
use domain::billing::printed::{Printed, PrintedLine, PrintedTax};
use domain::money::{Currency, Money};
use domain::tax::rules::{TaxCategory, TaxNote, begins_with_country};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

const RSM: &str = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100";
const RAM: &str = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100";
const UDT: &str = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100";
const QDT: &str = "urn:un:unece:uncefact:data:standard:QualifiedDataType:100";
/// The profile: EN 16931 itself, nothing left out, nothing added.
const GUIDELINE: &str = "urn:cen.eu:en16931:2017";
/// UN/ECE recommendation 20: "one", of whatever is counted.
const ONE: &str = "C62";

type Written = io::Result<()>;

/// Writes it.
pub(crate) fn write(printed: &Printed) -> io::Result<String> {
    let mut xml = Xml(Writer::new_with_indent(Vec::new(), b' ', 1));
    xml.0.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let spaces = [("xmlns:rsm", RSM), ("xmlns:ram", RAM), ("xmlns:udt", UDT), ("xmlns:qdt", QDT)];
    xml.within("rsm:CrossIndustryInvoice", &spaces, |xml| {
        xml.inside("rsm:ExchangedDocumentContext", |xml| {
            xml.inside("ram:GuidelineSpecifiedDocumentContextParameter", |xml| xml.text("ram:ID", GUIDELINE))
        })?;
        xml.inside("rsm:ExchangedDocument", |xml| {
            xml.text("ram:ID", &printed.number)?;
            xml.text("ram:TypeCode", if printed.corrects.is_some() { "381" } else { "380" })?;
            xml.date("ram:IssueDateTime", printed.issued_on)
        })?;
        xml.inside("rsm:SupplyChainTradeTransaction", |xml| {
            for (line, position) in printed.lines.iter().zip(1..) {
                line_item(xml, line, position)?;
            }
            xml.inside("ram:ApplicableHeaderTradeAgreement", |xml| parties(xml, printed))?;
            // BT-80: it must not be empty, and what is sold here has no day of delivery but the periods of its lines
            xml.inside("ram:ApplicableHeaderTradeDelivery", |xml| {
                xml.inside("ram:ShipToTradeParty", |xml| {
                    xml.inside("ram:PostalTradeAddress", |xml| xml.text("ram:CountryID", &printed.buyer.country))
                })
            })?;
            xml.inside("ram:ApplicableHeaderTradeSettlement", |xml| settlement(xml, printed))
        })
    })?;
    String::from_utf8(xml.0.into_inner()).map_err(io::Error::other)
}

/// Whether the standard knows amounts of a currency: those of at most two decimals (BR-DEC-09 and its like). In another the XML says
/// them all the same, for accounting, and is no electronic invoice.
pub(crate) fn knows(currency: Currency) -> bool {
    currency.exponent() <= 2
}

/// A line. The credited line of a plan change has a quantity below zero, because a price must not be (BR-27), and gives its
/// discount back as a charge.
fn line_item(xml: &mut Xml, line: &PrintedLine, position: i32) -> Written {
    let is_credited = line.public_price.is_negative();
    let quantity = if is_credited { -line.quantity } else { line.quantity };
    xml.inside("ram:IncludedSupplyChainTradeLineItem", |xml| {
        xml.inside("ram:AssociatedDocumentLineDocument", |xml| xml.text("ram:LineID", &position.to_string()))?;
        xml.inside("ram:SpecifiedTradeProduct", |xml| xml.text("ram:Name", &line.description))?;
        xml.inside("ram:SpecifiedLineTradeAgreement", |xml| {
            xml.inside("ram:NetPriceProductTradePrice", |xml| {
                // BT-146 of BT-149: the price of the whole quantity, so that no unit price has to be rounded
                xml.amount("ram:ChargeAmount", size(line.public_price))?;
                xml.with("ram:BasisQuantity", &[("unitCode", ONE)], &line.quantity.to_string())
            })
        })?;
        xml.inside("ram:SpecifiedLineTradeDelivery", |xml| {
            xml.with("ram:BilledQuantity", &[("unitCode", ONE)], &quantity.to_string())
        })?;
        xml.inside("ram:SpecifiedLineTradeSettlement", |xml| {
            xml.inside("ram:ApplicableTradeTax", |xml| {
                xml.text("ram:TypeCode", "VAT")?;
                xml.text("ram:CategoryCode", line.treatment.category.code())?;
                xml.text("ram:RateApplicablePercent", &percent(line.treatment.rate.bps()))
            })?;
            if let Some((start, end)) = line.period {
                xml.inside("ram:BillingSpecifiedPeriod", |xml| {
                    xml.date("ram:StartDateTime", start)?;
                    xml.date("ram:EndDateTime", last_day(start, end))
                })?;
            }
            if !line.discount.is_zero() {
                xml.inside("ram:SpecifiedTradeAllowanceCharge", |xml| {
                    let is_charge = if is_credited { "true" } else { "false" };
                    xml.inside("ram:ChargeIndicator", |xml| xml.text("udt:Indicator", is_charge))?;
                    xml.amount("ram:ActualAmount", size(line.discount))?;
                    xml.text("ram:Reason", "Partner discount")
                })?;
            }
            xml.inside("ram:SpecifiedTradeSettlementLineMonetarySummation", |xml| {
                xml.amount("ram:LineTotalAmount", line.net)
            })
        })
    })
}

fn parties(xml: &mut Xml, printed: &Printed) -> Written {
    let (seller, buyer) = (&printed.seller, &printed.buyer);
    xml.inside("ram:SellerTradeParty", |xml| {
        xml.text("ram:Name", &seller.name)?;
        xml.inside("ram:PostalTradeAddress", |xml| {
            let lines = seller.address.lines().map(str::trim).filter(|line| !line.is_empty());
            for (name, line) in ["ram:LineOne", "ram:LineTwo", "ram:LineThree"].into_iter().zip(lines) {
                xml.text(name, line)?;
            }
            xml.text("ram:CountryID", &seller.country)
        })?;
        vat_id(xml, Some(&seller.vat_id))
    })?;
    xml.inside("ram:BuyerTradeParty", |xml| {
        xml.text("ram:Name", &buyer.name)?;
        xml.inside("ram:PostalTradeAddress", |xml| {
            xml.perhaps("ram:PostcodeCode", buyer.postal_code.as_deref())?;
            xml.perhaps("ram:LineOne", buyer.street.as_deref())?;
            xml.perhaps("ram:CityName", buyer.city.as_deref())?;
            xml.text("ram:CountryID", &buyer.country)
        })?;
        vat_id(xml, buyer.vat_id.as_deref())
    })?;
    if let Some(number) = &printed.order_number {
        // BT-14, the seller's own number of the order
        xml.inside("ram:SellerOrderReferencedDocument", |xml| xml.text("ram:IssuerAssignedID", number))?;
    }
    Ok(())
}

/// Only what begins with a country's code is a VAT id to the standard (BR-CO-09): the number of a tax office elsewhere is left out.
fn vat_id(xml: &mut Xml, id: Option<&str>) -> Written {
    match id.filter(|id| begins_with_country(id)) {
        Some(id) => xml.inside("ram:SpecifiedTaxRegistration", |xml| xml.with("ram:ID", &[("schemeID", "VA")], id)),
        None => Ok(()),
    }
}

fn settlement(xml: &mut Xml, printed: &Printed) -> Written {
    let is_due = printed.due.is_positive();
    if is_due {
        // BT-83, what a transfer is to name
        xml.text("ram:PaymentReference", &printed.number)?;
    }
    xml.text("ram:InvoiceCurrencyCode", printed.currency.code())?;
    if is_due && printed.corrects.is_none() {
        xml.inside("ram:SpecifiedTradeSettlementPaymentMeans", |xml| {
            // a credit transfer, to the seller's account
            xml.text("ram:TypeCode", "30")?;
            xml.inside("ram:PayeePartyCreditorFinancialAccount", |xml| xml.text("ram:IBANID", &printed.seller.iban))
        })?;
    }
    for tax in &printed.taxes {
        breakdown(xml, tax)?;
    }
    xml.inside("ram:SpecifiedTradePaymentTerms", |xml| xml.date("ram:DueDateDateTime", printed.due_on))?;
    let net = |of: &Printed| of.total.minor() - of.tax.minor();
    let net = Money::new(net(printed), printed.currency);
    let paid = Money::new(printed.total.minor() - printed.due.minor(), printed.currency);
    xml.inside("ram:SpecifiedTradeSettlementHeaderMonetarySummation", |xml| {
        xml.amount("ram:LineTotalAmount", net)?;
        xml.amount("ram:TaxBasisTotalAmount", net)?;
        let currency = [("currencyID", printed.currency.code())];
        xml.with("ram:TaxTotalAmount", &currency, &printed.tax.to_decimal())?;
        xml.amount("ram:GrandTotalAmount", printed.total)?;
        xml.amount("ram:TotalPrepaidAmount", paid)?;
        xml.amount("ram:DuePayableAmount", printed.due)
    })?;
    if let Some(corrected) = &printed.corrects {
        xml.inside("ram:InvoiceReferencedDocument", |xml| {
            xml.text("ram:IssuerAssignedID", &corrected.number)?;
            xml.inside("ram:FormattedIssueDateTime", |xml| {
                xml.with("qdt:DateTimeString", &[("format", "102")], &compact(corrected.issued_on))
            })
        })?;
    }
    Ok(())
}

fn breakdown(xml: &mut Xml, tax: &PrintedTax) -> Written {
    let category: TaxCategory = tax.treatment.category;
    let note = category.note();
    xml.inside("ram:ApplicableTradeTax", |xml| {
        xml.amount("ram:CalculatedAmount", tax.tax)?;
        xml.text("ram:TypeCode", "VAT")?;
        xml.perhaps("ram:ExemptionReason", note.map(reason))?;
        xml.amount("ram:BasisAmount", tax.net)?;
        xml.text("ram:CategoryCode", category.code())?;
        xml.perhaps("ram:ExemptionReasonCode", note.map(TaxNote::vatex_code))?;
        xml.text("ram:RateApplicablePercent", &percent(tax.treatment.rate.bps()))
    })
}

const fn reason(note: TaxNote) -> &'static str {
    match note {
        TaxNote::ReverseCharge => "Reverse charge",
        TaxNote::Export => "Export outside the EU",
    }
}

/// The last day of a half-open period.
pub(crate) fn last_day(start: NaiveDate, end: NaiveDate) -> NaiveDate {
    end.checked_sub_days(Days::new(1)).map_or(start, |last| last.max(start))
}

fn size(amount: Money) -> Money {
    Money::new(amount.minor().saturating_abs(), amount.currency())
}

fn percent(bps: i32) -> String {
    format!("{}.{:02}", bps / 100, bps % 100)
}

fn compact(date: NaiveDate) -> String {
    date.format("%Y%m%d").to_string()
}

/// A writer that speaks of elements.
struct Xml(Writer<Vec<u8>>);

impl Xml {
    fn within(&mut self, name: &str, attributes: &[(&str, &str)], write: impl FnOnce(&mut Self) -> Written) -> Written {
        let start = quick_xml::events::BytesStart::new(name).with_attributes(attributes.iter().copied());
        let end = quick_xml::events::BytesEnd::new(name);
        self.0.write_event(Event::Start(start))?;
        write(self)?;
        self.0.write_event(Event::End(end))
    }

    fn inside(&mut self, name: &str, write: impl FnOnce(&mut Self) -> Written) -> Written {
        self.within(name, &[], write)
    }

    fn with(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) -> Written {
        // what XML has no way to write: a name with a control character in it
        let text: String = text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
        self.0
            .create_element(name)
            .with_attributes(attributes.iter().copied())
            .write_text_content(BytesText::new(&text))?;
        Ok(())
    }

    fn text(&mut self, name: &str, text: &str) -> Written {
        self.with(name, &[], text)
    }

    fn perhaps(&mut self, name: &str, text: Option<&str>) -> Written {
        text.map_or(Ok(()), |text| self.text(name, text))
    }

    fn amount(&mut self, name: &str, amount: Money) -> Written {
        self.text(name, &amount.to_decimal())
    }

    fn date(&mut self, name: &str, date: NaiveDate) -> Written {
        self.inside(name, |xml| xml.with("udt:DateTimeString", &[("format", "102")], &compact(date)))
    }
}
