//! Public keys of partners, as far as sshd would take them for some.

/// What a public key of `OpenSSH` begins with. Source: sshd(8), `AUTHORIZED_KEYS FILE FORMAT`; ssh-keygen(1), `-t`.
const KINDS: [&str; 7] = [
    "ssh-ed25519",
    "sk-ssh-ed25519@openssh.com",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "ssh-rsa",
];

/// Counts the lines of a file that are public keys.
///
/// Empty lines and comments are none; whether sshd takes the keys, only sshd can say.
///
/// Source: sshd(8), `AUTHORIZED_KEYS FILE FORMAT`.
pub fn count(file: &[u8]) -> usize {
    String::from_utf8_lossy(file).lines().filter(|line| is_key(line.trim())).count()
}

/// Returns whether a line is a key, with or without options in front of it.
fn is_key(line: &str) -> bool {
    if line.starts_with('#') {
        return false;
    }
    begins_with_key(line) || begins_with_key(behind_options(line))
}

fn begins_with_key(line: &str) -> bool {
    let mut words = line.split_ascii_whitespace();
    let is_kind = words.next().is_some_and(|kind| KINDS.contains(&kind));
    is_kind && words.next().is_some_and(is_encoded)
}

/// Returns whether a word may be a key in base 64, which begins with the length of its kind, of four bytes. Source: RFC 4253, 6.6.
fn is_encoded(word: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || [b'+', b'/', b'='].contains(&byte);
    word.starts_with("AAAA") && word.bytes().all(is_digit)
}

/// Returns what stands behind the options of a line, which have blanks within double quotes alone; a quote in them has a backslash before it.
fn behind_options(line: &str) -> &str {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let end = line.find(|c: char| {
        let is_end = !is_quoted && (c == ' ' || c == '\t');
        is_quoted ^= c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_end
    });
    end.map_or("", |end| &line[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_all_else() {
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMadeUp";
        for line in [
            key.to_owned(),
            format!("{key} ann@pine  "),
            "ecdsa-sha2-nistp256 AAAAE2Vj+/==".to_owned(),
            format!("restrict {key}"),
            format!(r#"from="10.0.0.0/8",command="echo \"a # b\" c" {key} ann"#),
            format!("\t{key}\r"),
        ] {
            assert_eq!(count(line.as_bytes()), 1, "{line}");
        }
        for line in [
            "",
            "# nothing",
            "ssh-ed25519",
            "ssh-ed25519 made up",
            "ssh-ed25519 AAAA!",
            "-----BEGIN OPENSSH PRIVATE KEY-----",
            "AAAAC3NzaC1lZDI1NTE5AAAAIMadeUp",
            "command=\"ssh-ed25519 AAAA",
        ] {
            assert_eq!(count(line.as_bytes()), 0, "{line}");
        }
        assert_eq!(count(format!("# {key}\n\n{key}\nhello\n{key} two").as_bytes()), 2);
        assert_eq!(count(b"\xFF\xFE"), 0);
    }
}
