//! The document is held against its own schema, by as much of JSON Schema as that uses.

use edits::Channel;
use serde_json::{Value, json};

use crate::brr::testing::{assert_golden, file_of_sample, part, run, sample};

const SCHEMA: &str = include_str!("../../../schemas/brr.schema.json");

fn report() -> Value {
    serde_json::from_str(&file_of_sample("brr.json", Channel::Batch)).unwrap()
}

/// Returns what `value` has against `schema`, each with its path.
fn violations(root: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let target = root.pointer(name.trim_start_matches('#')).expect("the schema has what it refers to");
        return violations(root, target, value, path);
    }
    if let Some(options) = schema["anyOf"].as_array() {
        let fits = |option| violations(root, option, value, path).is_empty();
        return if options.iter().any(fits) {
            vec![]
        } else {
            vec![format!("{path}: fits no choice: {value}")]
        };
    }
    let mut found = Vec::new();
    let wrong_const = schema.get("const").is_some_and(|expected| expected != value);
    let wrong_enum = schema["enum"].as_array().is_some_and(|choices| !choices.contains(value));
    if wrong_const || wrong_enum || !has_type(&schema["type"], value) {
        found.push(format!("{path}: {value}"));
    }
    if value.as_u64() < schema["minimum"].as_u64().filter(|_| value.is_u64()) {
        found.push(format!("{path}: below its minimum: {value}"));
    }
    if let (Some(properties), Some(object)) = (schema["properties"].as_object(), value.as_object()) {
        assert_eq!(schema["additionalProperties"], json!(false), "{path}");
        let required = schema["required"].as_array().expect("every object says what it requires");
        found.extend(
            required
                .iter()
                .filter(|name| !object.contains_key(name.as_str().unwrap()))
                .map(|name| format!("{path}: no {name}")),
        );
        for (name, member) in object {
            match properties.get(name) {
                Some(property) => found.extend(violations(root, property, member, &format!("{path}.{name}"))),
                None => found.push(format!("{path}: {name} is not in the schema")),
            }
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(violations(root, &schema["items"], item, &format!("{path}[{index}]")));
    }
    found
}

fn has_type(types: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        _ => false,
    };
    match types {
        Value::Null => true,
        Value::Array(names) => names.iter().any(is),
        one => is(one),
    }
}

#[test]
fn the_document_fits_its_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    for channel in [Channel::Batch, Channel::Portal] {
        let report = serde_json::from_str(&file_of_sample("brr.json", channel)).unwrap();
        assert_eq!(violations(&schema, &schema, &report, "$"), [""; 0]);
    }
    let mut spoiled = report();
    spoiled["rejected"][0]["findings"][0]["severity"] = json!("fatal");
    spoiled["extra"] = json!(1);
    assert_eq!(violations(&schema, &schema, &spoiled, "$").len(), 2);
}

#[test]
fn every_property_of_the_schema_is_described() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut open = vec![&schema];
    while let Some(value) = open.pop() {
        for property in value["properties"].as_object().into_iter().flat_map(|properties| properties.values())
        {
            assert!(property["description"].as_str().is_some_and(|words| words.ends_with('.')), "{property}");
        }
        open.extend(value.as_object().into_iter().flat_map(|object| object.values()));
        open.extend(value.as_array().into_iter().flatten());
    }
}

#[test]
fn sections_hold_what_became_of_the_claims() {
    let report = report();
    let ids = |section: &str, member: &str| -> Vec<Value> {
        report[section].as_array().unwrap().iter().map(|one| one[member].clone()).collect()
    };
    assert_eq!(ids("rejected", "claim_id"), ["BAD-1", "=1+1"]);
    assert_eq!(ids("held", "claim_id"), ["WAIT-1"]);
    assert_eq!(ids("refused", "kind"), ["set", "claim"]);
    assert_eq!(report["transaction_rejections"], 2);
    assert_eq!(report["claims"]["received"], 5);
    assert_eq!(report["charges"]["by_usage"]["production"]["rejected"], "1234.50");
}

#[test]
fn bytes_are_latin_1_code_points() {
    let patient = &report()["rejected"][1]["patient"];
    assert_eq!(patient["last_name"], "O'DOG<SCRIPT>ALERT(\"X\")</SCRIPT>");
    assert_eq!(patient["first_name"], "A&B \u{1b}[31m\u{e9}\0");
}

#[test]
fn a_claim_is_one_line() {
    let text = file_of_sample("brr.json", Channel::Batch);
    assert_golden("claim.json", part(&text, "{\"kind\":\"claim\"", "\n"));
}

#[test]
fn an_array_of_nothing_is_still_one() {
    let file = String::from_utf8_lossy(&sample()).replace("*-1,5*", "*1*").into_bytes();
    let files = run(&file, Channel::Portal);
    let report: Value = serde_json::from_slice(&files["brr.json"]).unwrap();
    assert_eq!(report["rejected"], json!([]));
    assert_eq!(report["held"][0]["claim_id"], "WAIT-1");
}
