//! What a key takes, and values as files, variables and people write them.

use std::fmt;
use std::net::SocketAddr;

use toml::de::DeValue;

/// A value that its key takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A word.
    Text(String),
    /// A number.
    Number(u64),
    /// No bound.
    None,
    /// Words, in the order given.
    List(Vec<String>),
}

/// A value as it was written.
#[derive(Clone, Copy)]
pub enum Written<'w> {
    /// In a file.
    Toml(&'w DeValue<'w>),
    /// In an environment variable, where lists are separated by commas.
    Variable(&'w str),
}

/// What a key takes.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A name that the site has given.
    Name,
    /// One of some words.
    OneOf(fn() -> Vec<&'static str>),
    /// Any of some words, or `none`.
    AnyOf(fn() -> Vec<&'static str>),
    /// Procedure codes.
    Codes,
    /// Procedure codes and ranges of them.
    Ranges,
    /// A number between two others, both included.
    Number {
        /// The smallest.
        least: u64,
        /// The largest.
        most: u64,
    },
    /// A number above 0, or `none`.
    Bound,
    /// The path of a folder, or `none`.
    Folder,
    /// An address of this machine that no other reaches, and a port; or `none`.
    Address,
}

impl Kind {
    /// Reads what was written; `None` if a key of this kind does not take it.
    pub fn read(self, written: Written<'_>) -> Option<Value> {
        match self {
            Kind::Name => written.word().filter(|name| is_name(name)).map(Value::Text),
            Kind::OneOf(words) => {
                written.word().filter(|word| words().contains(&word.as_str())).map(Value::Text)
            }
            Kind::AnyOf(_) if written.word().as_deref() == Some("none") => Some(Value::List(Vec::new())),
            Kind::AnyOf(words) => written.list(|item| words().contains(&item)),
            Kind::Codes => written.list(is_code),
            Kind::Ranges => written.list(|item| range(item).is_some()),
            Kind::Number { least, most } => {
                written.number().filter(|number| (least..=most).contains(number)).map(Value::Number)
            }
            Kind::Bound | Kind::Folder | Kind::Address if written.word().as_deref() == Some("none") => {
                Some(Value::None)
            }
            Kind::Bound => written.number().filter(|&number| 0 < number).map(Value::Number),
            Kind::Folder => written.word().filter(|path| is_path(path)).map(Value::Text),
            Kind::Address => written.word().filter(|text| loopback(text).is_ok()).map(Value::Text),
        }
    }
}

impl Written<'_> {
    fn word(self) -> Option<String> {
        match self {
            Written::Toml(value) => value.as_str().map(str::to_owned),
            Written::Variable(text) => Some(text.trim().to_owned()),
        }
    }

    fn number(self) -> Option<u64> {
        match self {
            Written::Toml(value) => value
                .as_integer()
                .and_then(|number| u64::from_str_radix(number.as_str(), number.radix()).ok()),
            Written::Variable(text) => text.trim().parse().ok(),
        }
    }

    /// Reads a list of which every item is as it should be.
    fn list(self, is_right: impl Fn(&str) -> bool) -> Option<Value> {
        let items: Vec<String> = match self {
            Written::Toml(value) => {
                let items = value.as_array()?.iter();
                items.map(|item| item.get_ref().as_str().map(str::to_owned)).collect::<Option<_>>()?
            }
            Written::Variable(text) if text.trim().is_empty() => Vec::new(),
            Written::Variable(text) => text.split(',').map(|item| item.trim().to_owned()).collect(),
        };
        items.iter().all(|item| is_right(item)).then_some(Value::List(items))
    }
}

/// Returns the first and the last code of `90476-90756`; of a single code, it is both.
pub fn range(text: &str) -> Option<(&str, &str)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    (is_code(first) && is_code(last) && first <= last).then_some((first, last))
}

/// Reads an address that is reached from this machine alone, and a port: `127.0.0.1:9837` or `[::1]:9837`.
pub fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: Option<SocketAddr> = text.parse().ok();
    let address = address.filter(|address| address.ip().is_loopback());
    address.ok_or_else(|| {
        "an address of this machine alone and a port are written like 127.0.0.1:9837".to_owned()
    })
}

/// Procedure codes have five characters.
///
/// Source: HCPCS Level I and II; they are compared exactly, so small letters would never match.
fn is_code(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// A path that a configuration file can show without an escape.
fn is_path(text: &str) -> bool {
    !text.is_empty() && !text.contains(|letter: char| letter.is_control() || matches!(letter, '"' | '\\'))
}

impl fmt::Display for Kind {
    /// Says what is taken, so that it reads well after "takes".
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Name => out.write_str("a name of letters, digits, - and _"),
            Kind::OneOf(words) => write!(out, "one of {}", words().join(", ")),
            Kind::AnyOf(words) => write!(out, "none, or a list of any of {}", words().join(", ")),
            Kind::Codes => out.write_str("a list of procedure codes, such as J3490"),
            Kind::Ranges => out.write_str("a list of procedure codes and ranges, such as 90476-90756"),
            Kind::Number { least, most } => write!(out, "a whole number from {least} through {most}"),
            Kind::Bound => out.write_str("a whole number above 0, or none"),
            Kind::Folder => out.write_str("the path of a folder, or none"),
            Kind::Address => out.write_str("a loopback address and a port, such as 127.0.0.1:9837, or none"),
        }
    }
}

impl fmt::Display for Value {
    /// Writes the value as a configuration file has it.
    ///
    /// No kind takes a character that would need an escape.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => write!(out, "\"{text}\""),
            Value::Number(number) => write!(out, "{number}"),
            Value::None => out.write_str("\"none\""),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(|item| format!("\"{item}\"")).collect();
                write!(out, "[{}]", items.join(", "))
            }
        }
    }
}

impl From<Value> for serde_json::Value {
    fn from(value: Value) -> serde_json::Value {
        match value {
            Value::Text(text) => text.into(),
            Value::Number(number) => number.into(),
            Value::None => serde_json::Value::Null,
            Value::List(items) => items.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_have_both_ends_in_order() {
        assert_eq!(range("90476-90756"), Some(("90476", "90756")));
        assert_eq!(range("J3490"), Some(("J3490", "J3490")));
        for wrong in ["", "90476-", "-90756", "90756-90476", "9047-90756", "j3490", "90476-90756-90999"] {
            assert_eq!(range(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn nobody_else_reaches_a_loopback_address() {
        for right in ["127.0.0.1:9837", "127.1.2.3:1", "[::1]:9837"] {
            assert!(loopback(right).is_ok(), "{right}");
        }
        for wrong in ["0.0.0.0:9837", "[::]:9837", "192.0.2.1:80", "127.0.0.1", "localhost:9837", ""] {
            assert!(loopback(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn variables_stand_for_every_kind() {
        let list = |items: &[&str]| Some(Value::List(items.iter().map(|&item| item.to_owned()).collect()));
        assert_eq!(Kind::Codes.read(Written::Variable("J3490, J3590")), list(&["J3490", "J3590"]));
        assert_eq!(Kind::Codes.read(Written::Variable("")), list(&[]));
        assert_eq!(Kind::Codes.read(Written::Variable("J3490,")), None);
        assert_eq!(Kind::Bound.read(Written::Variable("none")), Some(Value::None));
        assert_eq!(Kind::Bound.read(Written::Variable("12")), Some(Value::Number(12)));
        assert_eq!(Kind::Bound.read(Written::Variable("0")), None);
        let number = Kind::Number { least: 2, most: 4 };
        let read = ["1", "2", "4", "5", "-3", "x"].map(|text| number.read(Written::Variable(text)).is_some());
        assert_eq!(read, [false, true, true, false, false, false]);
    }
}
