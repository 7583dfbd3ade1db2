//! Holds documents against JSON Schemas, by as much of JSON Schema as the program's own use.

use serde_json::Value;

/// Checks that `document` is as `schema` says.
#[track_caller]
pub fn assert_fits(schema: &Value, document: &str) {
    let document = serde_json::from_str(document).unwrap();
    assert_eq!(violations(schema, schema, &document, "$"), Vec::<String>::new());
}

/// Returns what `value` has against `schema`, by as much of JSON Schema as the schemas use.
fn violations(root: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (keyword, wanted) in schema.as_object().expect("a schema is an object") {
        let list = || wanted.as_array().expect("the keyword takes a list");
        let fits = match keyword.as_str() {
            "$schema" | "$id" | "$defs" | "title" | "description" | "properties" | "format" => true,
            "$ref" => {
                let target = wanted.as_str().unwrap().trim_start_matches('#');
                found.extend(violations(
                    root,
                    root.pointer(target).expect("the name is defined"),
                    value,
                    path,
                ));
                true
            }
            "const" => wanted == value,
            "enum" => list().contains(value),
            "anyOf" => list().iter().any(|choice| violations(root, choice, value, path).is_empty()),
            "type" => wanted.as_array().map_or_else(
                || has_type(wanted, value),
                |types| types.iter().any(|one| has_type(one, value)),
            ),
            "minimum" => value.as_i64().is_none_or(|number| wanted.as_i64() <= Some(number)),
            "pattern" => value.as_str().is_none_or(|text| matches(wanted.as_str().unwrap(), text)),
            "required" => {
                let has = |name: &Value| value.get(name.as_str().unwrap()).is_some();
                list().iter().all(has)
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(violations(root, wanted, item, &format!("{path}[{index}]")));
                }
                true
            }
            "additionalProperties" => {
                for (name, member) in value.as_object().into_iter().flatten() {
                    let place = format!("{path}.{name}");
                    let known = schema.get("properties").and_then(|properties| properties.get(name));
                    match known.or_else(|| wanted.is_object().then_some(wanted)) {
                        Some(of_member) => found.extend(violations(root, of_member, member, &place)),
                        None => found.push(format!("{place}: not in the schema")),
                    }
                }
                true
            }
            other => panic!("{path}: {other} is not checked here"),
        };
        if !fits {
            found.push(format!("{path}: {keyword} {wanted}: {value}"));
        }
    }
    found
}

fn has_type(name: &Value, value: &Value) -> bool {
    match name.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        _ => false,
    }
}

/// Matches sets and letters, each once, `{n}` times, `+` or `?`; what the schemas use is no more.
fn matches(pattern: &str, text: &str) -> bool {
    let mut pattern =
        pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix('$')).expect("it is anchored");
    let mut text = text;
    while let Some(first) = pattern.chars().next() {
        let (set, rest) = match first {
            '[' => pattern[1..].split_once(']').expect("the set ends"),
            '\\' => pattern[1..].split_at(1),
            _ => pattern.split_at(1),
        };
        let is_member = |letter: char| match set {
            "0-9" => letter.is_ascii_digit(),
            "A-Z0-9" => letter.is_ascii_uppercase() || letter.is_ascii_digit(),
            "0-9a-f" => matches!(letter, '0'..='9' | 'a'..='f'),
            other => other.starts_with(letter),
        };
        let (least, most, rest) = match rest.chars().next() {
            Some('?') => (0, 1, &rest[1..]),
            Some('+') => (1, usize::MAX, &rest[1..]),
            Some('{') => {
                let (count, rest) = rest[1..].split_once('}').expect("the count ends");
                let count = count.parse().expect("the count is a number");
                (count, count, rest)
            }
            _ => (1, 1, rest),
        };
        let length = text.chars().take(most).take_while(|&letter| is_member(letter)).count();
        if length < least {
            return false;
        }
        (text, pattern) = (&text[length..], rest);
    }
    text.is_empty()
}
