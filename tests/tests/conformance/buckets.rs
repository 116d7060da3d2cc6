//! The cases whose Distributed Maps read and write S3: their objects as files, and the cases without the calls that put
//! them there.

use std::fs;
use std::path::Path;

use dirigent_tests::places;
use serde_json::Value;
use tempfile::TempDir;

/// A folder of buckets, and the cases that use them.
pub(crate) struct Buckets {
    folder: TempDir,
    cases: TempDir,
}

impl Buckets {
    /// Reads those of the recordings in `other` that need nothing but S3 and a Distributed Map.
    pub(crate) fn prepare(recordings: &Path) -> Buckets {
        let buckets = Buckets { folder: places::scratch(), cases: places::scratch() };
        let index = fs::read_to_string(recordings.join("index.json")).unwrap();
        let index: Vec<Value> = serde_json::from_str(&index).unwrap();
        let s3 = |case: &&Value| case["class"] == "other" && case["services"] == serde_json::json!(["s3"]);
        for (number, entry) in index.iter().filter(s3).enumerate() {
            let text = fs::read_to_string(recordings.join(entry["file"].as_str().unwrap())).unwrap();
            if text.contains("DISTRIBUTED") {
                let case = buckets.put(serde_json::from_str(&text).unwrap());
                fs::write(buckets.cases.path().join(format!("{number}.json")), case.to_string()).unwrap();
            }
        }
        buckets
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn cases(&self) -> &Path {
        self.cases.path()
    }

    /// Puts a case's objects where they belong, and gives the case without the calls that did so on AWS.
    fn put(&self, mut case: Value) -> Value {
        let mut own = None;
        let calls = case["calls"].as_array_mut().unwrap();
        calls.retain(|call| {
            if call["service"] != "s3" {
                return true;
            }
            let text = |name: &str| call["params"][name].as_str();
            if let Some(bucket) = text("Bucket") {
                own = Some(bucket.to_owned());
                let bucket = self.folder.path().join(bucket);
                fs::create_dir_all(&bucket).unwrap();
                if let (Some("PutObject"), Some(key), Some(body)) =
                    (call["op"].as_str(), text("Key"), text("Body"))
                {
                    fs::write(bucket.join(key), body).unwrap();
                }
            }
            false
        });
        // What was compared had one name for all buckets; here each case has its own.
        if let Some(own) = own {
            let expected = case["expected"].to_string();
            let named = expected.replace("bucket-name", &own).replace("bucket_name", &own);
            case["expected"] = serde_json::from_str(&named).unwrap();
        }
        case
    }
}
