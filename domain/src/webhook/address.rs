//! Where webhooks may go: to public addresses, by https. A name is no proof of where it leads, so this is asked of the address that
//! is connected to, whenever it is.
//!
//! Ports are not restricted: whatever listens at one is public, and is greeted by TLS, which speaks no other service's language.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::error::Refusal;

/// The longest address.
const LONGEST: usize = 2_048;

/// Networks of version 4 that are not the public's, by their first address and the bits that count. Source: IANA's registry of
/// special-purpose addresses, and multicast and what is reserved beyond it.
const SPECIAL_V4: [(Ipv4Addr, u32); 14] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// The one network of version 6 that is given out to the public, and what is special in it: IETF protocols with Teredo,
/// documentation, 6to4, documentation again. What maps or translates to version 4 (`::ffff:0:0/96`, `64:ff9b::/96`), unique local,
/// link-local and multicast addresses all lie outside of it.
const PUBLIC_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
const SPECIAL_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Whether an address of the network is one of the public's.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !SPECIAL_V4.iter().any(|(net, bits)| (ip.to_bits() ^ net.to_bits()) >> (32 - bits) == 0),
        IpAddr::V6(ip) => {
            let is_in = |(net, bits): &(Ipv6Addr, u32)| (ip.to_bits() ^ net.to_bits()) >> (128 - bits) == 0;
            is_in(&PUBLIC_V6) && !SPECIAL_V6.iter().any(is_in)
        }
    }
}

/// Reads an address, as far as it can be judged without a look at where its name leads: https, a host, no password, no address
/// that is not the public's, however it is written. `may_be_private` takes http and every address.
pub fn read(text: &str, may_be_private: bool) -> Result<Url, Refusal> {
    let refused = |why| Err(Refusal::invalid("url", why));
    let text = text.trim();
    if text.len() > LONGEST {
        return refused("is too long");
    }
    let Ok(url) = Url::parse(text) else { return refused("must be an address such as https://example.com/hooks") };
    if url.scheme() != "https" && !(may_be_private && url.scheme() == "http") {
        return refused("must begin with https://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refused("must not hold a name or a password");
    }
    let is_refused = |ip: IpAddr| !may_be_private && !is_public(ip);
    match url.host() {
        None | Some(Host::Domain("")) => refused("must name a host"),
        Some(Host::Ipv4(ip)) if is_refused(ip.into()) => refused("must be a public address"),
        Some(Host::Ipv6(ip)) if is_refused(ip.into()) => refused("must be a public address"),
        Some(Host::Domain(_) | Host::Ipv4(_) | Host::Ipv6(_)) => Ok(url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_not_public() {
        for ip in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "4000::1",
            "5f00::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "2001:4860::1",
        ] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn addresses_are_read_as_a_browser_reads_them() {
        for text in [
            "http://example.com/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "gopher://example.com/",
            "example.com",
            "https://",
            "https://ann:secret@example.com/",
            "https://ann@example.com/",
            "https://127.1/",
            "https://127.0.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://0/",
            "https://１２７.０.０.１/",
        ] {
            assert!(read(text, false).is_err(), "{text}");
        }
        for text in [
            "https://example.com/",
            "https://example.com:8443/hooks?a=b",
            "https://1.1.1.1/",
            "https://bücher.example/",
        ] {
            assert!(read(text, false).is_ok(), "{text}");
        }
        assert!(read("http://127.0.0.1:9/", true).is_ok() && read("file:///etc/passwd", true).is_err());
        assert!(read("http://ann:secret@127.0.0.1/", true).is_err());
        assert!(read(&format!("https://example.com/{}", "x".repeat(LONGEST)), false).is_err());
    }
}
