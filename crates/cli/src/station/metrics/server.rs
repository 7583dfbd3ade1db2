//! Answers to whoever asks on this machine: `/metrics`, `/healthz`, `/readyz`.
//!
//! A thread of its own with a connection of its own to the ledger answers, so that nobody who asks keeps a file waiting, and a loop that stands still can be told of.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::{Meter, page};
use crate::stamp::Stamp;
use crate::station::pulse::Readiness;

/// How many can be connected at once; more wait.
const CONNECTIONS_MAX: usize = 16;

/// How long one may take to ask.
const ASKING: Duration = Duration::from_secs(5);

/// How long a connection lasts.
const CONNECTED: Duration = Duration::from_mins(2);

/// Begins to answer at `address`, and goes on until the process ends; returns the address, whose port may have been left open.
pub fn serve(address: SocketAddr, meter: Meter) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let bound = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name("metrics".to_owned()).spawn(move || {
        runtime.block_on(async {
            if let Err(error) = accept(listener, Arc::new(meter)).await {
                tracing::error!(%error, "metrics are no longer told");
            }
        });
    })?;
    Ok(bound)
}

async fn accept(listener: TcpListener, meter: Arc<Meter>) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let place = Arc::clone(&places).acquire_owned().await.map_err(io::Error::other)?;
        // Whoever goes before the connection stands, or while there are no handles, asks again.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let meter = Arc::clone(&meter);
        tokio::spawn(async move {
            let answering = service_fn(move |request| {
                let answer = answer(&request, &meter);
                async move { Ok::<_, Infallible>(answer) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(ASKING)
                .serve_connection(TokioIo::new(stream), answering);
            // Whoever breaks off has no use for an answer.
            let _ = timeout(CONNECTED, connection).await;
            drop(place);
        });
    }
}

fn answer(request: &Request<Incoming>, meter: &Meter) -> Response<Full<Bytes>> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut refused = text(StatusCode::METHOD_NOT_ALLOWED, "GET alone\n".to_owned());
        refused.headers_mut().insert(ALLOW, "GET, HEAD".parse().expect("the names of methods are a header"));
        return refused;
    }
    match request.uri().path() {
        "/healthz" if meter.pulse.is_alive() => text(StatusCode::OK, "alive\n".to_owned()),
        "/healthz" => text(StatusCode::SERVICE_UNAVAILABLE, "the loop stands still\n".to_owned()),
        "/readyz" => ready(meter),
        "/metrics" => match meter.page(Stamp::or_clock(None)) {
            Ok(page) => text(StatusCode::OK, page),
            Err(failure) => {
                tracing::warn!(why = failure.message, "metrics cannot be read");
                text(StatusCode::SERVICE_UNAVAILABLE, "the ledger cannot be read\n".to_owned())
            }
        },
        _ => text(StatusCode::NOT_FOUND, "/metrics, /healthz or /readyz\n".to_owned()),
    }
}

fn ready(meter: &Meter) -> Response<Full<Bytes>> {
    let says = match meter.pulse.readiness() {
        _ if !meter.pulse.is_alive() => "the loop stands still",
        Readiness::Serves => return text(StatusCode::OK, "files are taken\n".to_owned()),
        Readiness::Begins => "it begins",
        Readiness::Waits => "it waits until something has passed; its log says what",
        Readiness::Stops => "it ends",
    };
    text(StatusCode::SERVICE_UNAVAILABLE, format!("{says}\n"))
}

fn text(status: StatusCode, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, page::CONTENT_TYPE.parse().expect("a type of content is a header"));
    headers.insert(CACHE_CONTROL, "no-store".parse().expect("it is a header"));
    response
}
