//! The console: which paths show its page, which a file, and with which headers.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, Response};
use tower::ServiceExt;

use super::World;
use super::rest::OnePlugin;
use crate::{Console, Host};

const PAGE: &str = "<head><base href=\"./\" /></head>";
const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

struct Site {
    router: axum::Router,
}

impl Site {
    async fn of(files: &[(&'static str, &'static str)]) -> Site {
        let world = World::new().await;
        let files = files.iter().map(|(path, content)| (*path, content.as_bytes()));
        let host = Host::new(world.engine, Arc::new(OnePlugin)).with_console(Console::new(files));
        Site { router: crate::router(host) }
    }

    async fn built() -> Site {
        Site::of(&[("index.html", PAGE), ("assets/index-abc.js", "1"), ("icon.svg", "<svg/>")]).await
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    /// The status, and the body as text.
    async fn get(&self, path: &str, accept: &str) -> (u16, String) {
        let answer = self.ask("GET", path, &[("accept", accept)]).await;
        let status = answer.status().as_u16();
        let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8(body.into()).unwrap())
    }
}

#[tokio::test]
async fn paths() {
    let site = Site::built().await;
    let page = |base: &str| (200, PAGE.replace("./", base));
    let none = (404, String::new());
    for (path, accept, expected) in [
        ("/", "*/*", page("./")),
        ("/", BROWSER, page("./")),
        ("/executions", BROWSER, page("./")),
        ("/executions/arn%3Aaws%3Astates%2Fx", BROWSER, page("../")),
        ("/executions/", BROWSER, page("../")),
        ("/studio/a/b", BROWSER, page("../../")),
        ("/index.html", BROWSER, page("./")),
        ("/assets/index-abc.js", "*/*", (200, "1".into())),
        ("/icon.svg", "image/*", (200, "<svg/>".into())),
        ("/executions", "application/json", none.clone()),
        ("/favicon.ico", "image/*", none.clone()),
        ("/assets/index-old.js", BROWSER, none.clone()),
        ("/api/nothing", BROWSER, none.clone()),
        ("/healthz", BROWSER, (200, "ok\n".into())),
        ("/../Cargo.toml", "*/*", none),
    ] {
        assert_eq!(site.get(path, accept).await, expected, "{path} for {accept}");
    }
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(site.ask(method, "/executions", &[("accept", BROWSER)]).await.status(), 404, "{method}");
    }
}

#[tokio::test]
async fn headers() {
    let site = Site::built().await;
    for (path, content_type, cache) in [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/machines/x", "text/html; charset=utf-8", "no-cache"),
        ("/icon.svg", "image/svg+xml", "no-cache"),
        ("/assets/index-abc.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
    ] {
        let answer = site.ask("GET", path, &[("accept", BROWSER)]).await;
        let headers = answer.headers();
        assert_eq!(headers["content-type"], content_type, "{path}");
        assert_eq!(headers["cache-control"], cache, "{path}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'self';"), "{policy}");
        assert!(!policy.contains("http"), "another site is allowed: {policy}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");

        let tag = headers["etag"].to_str().unwrap().to_owned();
        let again = site.ask("GET", path, &[("accept", BROWSER), ("if-none-match", &tag)]).await;
        assert_eq!((again.status().as_u16(), &again.headers()["etag"]), (304, &headers["etag"]), "{path}");
        let other = site.ask("GET", path, &[("accept", BROWSER), ("if-none-match", "\"old\"")]).await;
        assert_eq!(other.status(), 200, "{path}");
    }
}

#[tokio::test]
async fn a_host_without_a_console_says_how_to_build_it() {
    let site = Site::of(&[]).await;
    let (status, page) = site.get("/", BROWSER).await;
    assert_eq!(status, 200);
    assert!(page.contains("npm --prefix host/console run build"), "{page}");
}
