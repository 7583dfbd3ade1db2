//! A made-up report, with everything in it that is hard to write.

use chrono::{NaiveDate, NaiveDateTime};

/// When the report was made.
pub(crate) fn moment() -> NaiveDateTime {
    let day = NaiveDate::from_ymd_opt(2025, 11, 3).and_then(|day| day.and_hms_opt(8, 0, 0));
    day.expect("the day and the hour exist")
}

/// Returns a report with `rejected` claims that were rejected, one that is held, and a refused unit with one claim.
pub(crate) fn report(rejected: usize) -> String {
    let party = |name: &str| {
        format!(
            "{{\"last_name\":\"{name}\",\"first_name\":\"\",\"qualifier\":\"MI\",\"id\":\"-00000001\",\
             \"secondary_qualifier\":\"\",\"secondary_id\":\"\"}}"
        )
    };
    let why = "{\"ndc\":\"00641036725\",\"date_source\":\"line\",\"lists\":[{\"list\":\"pdac\",\
               \"release\":\"2025-10-05\",\"covers\":true,\"says\":\"ended\",\"row\":6,\"from\":\"2024-01-01\",\
               \"through\":\"2025-08-31\"}],\"nearest_valid_date\":\"2025-08-31\",\"other_procedures\":[\"J1100\"],\
               \"other_procedures_total\":1,\"other_ndcs\":[\"00338006910\"],\"other_ndcs_total\":1,\"candidates\":[{\"ndc\":\"00641036701\",\"on_list\":true}]}";
    let finding = |severity: &str| {
        format!(
            "{{\"number\":1,\"code\":\"NDC070\",\"severity\":\"{severity}\",\"title\":\"Ended\",\
             \"message\":\"The pair ended.\",\"remedy\":\"Mend it.\",\"data_in_error\":\" 00641036725\",\
             \"line_number\":\"1\",\"procedure\":\"J1100\",\"ndc\":\"00641036725\",\"service_date\":\"2025-10-03\",\
             \"loop\":\"2410\",\"element\":\"LIN03\",\"segment\":31,\"byte\":1042,\"why\":{why}}}"
        )
    };
    let claim = |number: usize, id: &str, charge: &str, severity: &str| {
        format!(
            "{{\"kind\":\"claim\",\"claim_number\":{number},\"interchange_control_number\":\"000000101\",\
             \"group_control_number\":\"0001\",\"transaction_set_control_number\":\"0001\",\
             \"implementation\":\"005010X222A1\",\"usage_indicator\":\"P\",\"claim_id\":\"{id}\",\"charge\":\"{charge}\",\
             \"service_from\":\"2025-10-03\",\"service_through\":\"1899-10-04\",\"billing_provider\":{},\
             \"subscriber\":{},\"patient\":null,\"findings\":[{}]}}",
            party("@PROVIDER"),
            party("\\u001bNAME\\u00c9"),
            finding(severity)
        )
    };
    let rejected: Vec<String> =
        (1..=rejected).map(|number| claim(number, "=1+1", "1234.5", "reject")).collect();
    let fault = "{\"number\":1,\"code\":\"X12340\",\"title\":\"Wrong\",\"message\":\"Wrong number.\",\
                 \"remedy\":\"Mend it.\",\"data_in_error\":null,\"loop\":null,\"element\":\"SE01\",\"segment\":9,\"byte\":7}";
    let unit = format!(
        "{{\"kind\":\"set\",\"control_number\":\"0002\",\"interchange_control_number\":\"000000101\",\
         \"sender_id\":\"TPID1\",\"receiver_id\":\"MMIS\",\"usage_indicator\":\"T\",\"faults\":[{fault}]}}"
    );
    format!(
        "{}\"files\":[{}],\"rejected\":[{}],\"held\":[{}],\"refused\":[{unit},{}]}}",
        head(rejected.len()),
        "{\"number\":1,\"sender_id\":\"TPID1\",\"receiver_id\":\"MMIS\",\"transaction_types\":[\"005010X222A1\"],\
         \"usage_indicator\":\"P\",\"date\":\"251103\",\"time\":\"0730\",\"interchange_control_number\":\"000000101\",\
         \"transaction_control_number\":\"TPID1000000101MMIS\",\"claims\":{\"received\":3,\"accepted\":0,\"rejected\":1,\
         \"held\":1,\"refused\":1}}",
        rejected.join(","),
        claim(90, "HELD-1", "-12,5", "hold"),
        claim(91, &"9".repeat(40_000), "99999999999999.99", "reject"),
    )
}

/// Returns the fields of the head, up to where the arrays begin.
fn head(rejected: usize) -> String {
    let counts = |one: &str, rejected: &str| {
        let row = format!(
            "{{\"received\":{one},\"accepted\":{one},\"rejected\":{rejected},\"held\":{one},\"refused\":{one}}}"
        );
        format!("{{\"received\":{one},\"by_usage\":{{\"production\":{row}}}}}")
    };
    format!(
        "{{\"schema\":\"claimgate.brr.v1\",\"version\":\"0.1.0\",\"stamp\":\"2025-11-03T08:00:00Z\",\
         \"channel\":\"batch\",\"input\":\"in.837\",\"transaction_rejections\":{rejected},\"claims\":{},\"charges\":{},\
         \"crosswalk\":{{\"snapshot\":\"{}\",\"releases\":[{{\"list\":\"pdac\",\"release\":\"2025-10-05\",\
         \"covers_from\":null,\"covers_through\":\"2025-11-30\",\"stale\":true}}]}},\"warnings\":[\"It is old.\"],\
         \"guidance\":[{{\"disposition\":\"rejected\",\"words\":\"Correct these claims.\"}}],",
        counts("1", &rejected.to_string()),
        counts("\"1000.00\"", "\"1234567.00\""),
        "0f".repeat(32)
    )
}
