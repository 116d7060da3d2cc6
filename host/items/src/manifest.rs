//! Objects that name the objects with the items: S3 inventory reports and Athena's lists of data files.

use std::collections::VecDeque;

use serde::Deserialize;

use crate::error::ReadError;
use crate::limits::MAX_MANIFEST_BYTES;
use crate::objects::Object;
use crate::source::{CsvHeaders, Delimiter, Format};

/// An object that a manifest names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DataFile {
    pub(crate) bucket: String,
    pub(crate) key: String,
}

/// What is needed of an inventory's `manifest.json`. Page "Locating your inventory list" of S3's guide.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inventory {
    #[serde(default)]
    destination_bucket: String,
    file_format: String,
    file_schema: String,
    files: Vec<InventoryFile>,
}

#[derive(Deserialize)]
struct InventoryFile {
    key: String,
}

/// The files of an inventory report, and how to read them.
pub(crate) async fn inventory(object: &Object) -> Result<(VecDeque<DataFile>, Format), ReadError> {
    let text = object.whole(MAX_MANIFEST_BYTES).await?;
    let not_one =
        |error| object.malformed(format!("it is not the manifest.json of an S3 inventory report: {error}"));
    let inventory: Inventory = serde_json::from_slice(&text).map_err(not_one)?;
    if inventory.file_format != "CSV" {
        let format = &inventory.file_format;
        return Err(
            object.malformed(format!("the inventory report's format is {format:?}; set it up to write CSV"))
        );
    }
    let columns: Vec<String> = inventory.file_schema.split(',').map(|name| name.trim().to_owned()).collect();
    let bucket = inventory.destination_bucket.rsplit(':').next().filter(|name| !name.is_empty());
    let bucket = bucket.unwrap_or(&object.bucket);
    let files = inventory
        .files
        .into_iter()
        .map(|file| DataFile { bucket: bucket.to_owned(), key: file.key })
        .collect();
    Ok((files, Format::Csv { headers: CsvHeaders::Given(columns), delimiter: Delimiter::Comma }))
}

/// The data files of an Athena `UNLOAD`: a line each with an S3 URL. Page "Working with query results" of Athena's guide.
pub(crate) async fn athena(object: &Object) -> Result<VecDeque<DataFile>, ReadError> {
    let text = object.whole(MAX_MANIFEST_BYTES).await?;
    let text = std::str::from_utf8(&text).map_err(|_| object.malformed("the manifest is not UTF-8"))?;
    let mut files = VecDeque::new();
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let url = line.trim().trim_matches('"');
        if url.is_empty() {
            continue;
        }
        let file = url
            .strip_prefix("s3://")
            .and_then(|rest| rest.split_once('/'))
            .filter(|(_, key)| !key.is_empty());
        let Some((bucket, key)) = file else {
            let place = object.place(Some(format!("line {}", number + 1)));
            return Err(ReadError::Malformed {
                place,
                problem: format!("{url:?} is not an URL s3://BUCKET/KEY"),
            });
        };
        files.push_back(DataFile { bucket: bucket.to_owned(), key: key.to_owned() });
    }
    Ok(files)
}
