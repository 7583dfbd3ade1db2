//! A request as a message to whoever decides.

use claims::decimal;
use releases::Request;

use crate::figures::{number_of, shown_ndc};

/// Where requests go.
///
/// Source: MaineCare portal notice on NDC edits.
const ADDRESS: &str = "MaineCareNDCrequest.DHHS@maine.gov";

/// Returns the fields of the form, label and value, in its order; a field that nobody filled in has no value.
pub fn fields(request: &Request) -> Vec<(&'static str, String)> {
    let (requester, drug) = (&request.requester, &request.drug);
    let dates = match (&request.first_date, &request.last_date) {
        (Some(first), Some(last)) => format!("{first} through {last}"),
        _ => String::new(),
    };
    vec![
        ("Requester", requester.name.clone()),
        ("Organization", requester.organisation.clone()),
        ("NPI", requester.npi.clone()),
        ("Trading Partner ID", requester.tpid.clone()),
        ("E-mail", requester.email.clone()),
        ("Telephone", requester.phone.clone()),
        ("Date of Request", request.at.get(..10).unwrap_or(&request.at).to_owned()),
        ("HCPCS Code", request.hcpcs.clone()),
        ("Dosage per Unit of Code", drug.dosage.clone()),
        ("NDC", format!("{} ({})", shown_ndc(&request.ndc), request.ndc)),
        ("Drug Label", drug.label.clone()),
        ("Labeler", drug.labeler.clone()),
        ("Package Size and Measure", drug.package.clone()),
        ("Dates of Service", dates),
        ("Search of the Lists", request.searched.join("; ")),
        ("Snapshot", request.snapshot.clone()),
        (
            "Claims Affected",
            [
                number_of(request.claims, "claim"),
                number_of(request.lines, "line"),
                format!("{} charged", decimal(request.charge_cents)),
            ]
            .join(", "),
        ),
        ("Reason", request.reason.clone()),
        ("Reference", request.id.clone()),
    ]
}

/// Returns the request as a message that a mail program opens.
///
/// Source: RFC 5322, message format; lines end with CRLF.
pub fn message(request: &Request) -> String {
    let mut message = format!(
        "To: {ADDRESS}\r\nSubject: NDC-J Code Combination Request: {} with {}\r\nX-Unsent: 1\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
        request.hcpcs,
        shown_ndc(&request.ndc)
    );
    message.push_str("Please review this combination of procedure and NDC.\r\n\r\n");
    for (label, value) in fields(request) {
        let value = if value.is_empty() { "(to be filled in)" } else { &value };
        message.push_str(&format!("{label}: {value}\r\n"));
    }
    message
}

/// Returns the request as a form on paper.
#[cfg(feature = "office")]
pub fn pdf(request: &Request) -> Result<Vec<u8>, crate::failure::Failure> {
    use crate::stamp::Stamp;

    let title = format!("NDC-J Code Combination Request: {} with {}", request.hcpcs, shown_ndc(&request.ndc));
    let facts = documents::pdf::FormFacts {
        title: &title,
        words: "Please review this combination of procedure and NDC.",
        producer: &format!("claimgate {}", crate::version::SHORT),
        moment: Stamp::parse(&request.at).map(Stamp::moment).unwrap_or_default(),
    };
    documents::pdf::form(facts, &fields(request))
        .map_err(|error| crate::failure::Failure::internal(format!("cannot make the form: {error}")))
}
