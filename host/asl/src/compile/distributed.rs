//! The fields of a Distributed Map.

use std::sync::Arc;

use super::fields::{Fields, strings};
use super::map::{Range, WHOLE_NUMBER};
use super::{Compiler, QueryLanguage};
use crate::diagnostic::{DUPLICATE_LABEL, LABEL, SCHEMA};
use crate::program::{
    AnyTemplate, ChildType, CsvHeaders, Distributed, InputType, ItemBatcher, ItemReader, ManifestType,
    ReaderConfig, ReaderResource, ResultWriter, Transformation,
};

/// Longest label, in characters. Source: AWS developer guide, "Using Map state in Distributed mode", `Label`.
const MAX_LABEL: usize = 40;

/// Most items that a reader may be limited to. Source: AWS developer guide, "ItemReader", `MaxItems`.
const MAX_ITEMS: u64 = 100_000_000;

/// Largest batch, in bytes. Source: AWS developer guide, "ItemBatcher", `MaxInputBytesPerBatch`.
const MAX_BATCH_BYTES: u64 = 256 * 1024;

const GET_OBJECT: &str = "arn:aws:states:::s3:getObject";
const LIST_OBJECTS: &str = "arn:aws:states:::s3:listObjectsV2";
const PUT_OBJECT: &str = "arn:aws:states:::s3:putObject";

/// The characters that `CSVDelimiter` names.
const DELIMITERS: [(&str, char); 5] =
    [("COMMA", ','), ("PIPE", '|'), ("SEMICOLON", ';'), ("SPACE", ' '), ("TAB", '\t')];

impl Compiler {
    pub(super) fn distributed(&mut self, fields: &mut Fields<'_>, child_type: ChildType) -> Distributed {
        fields.at_most_one(&["ItemReader", "ItemsPath"], &mut self.out);
        fields.at_most_one(&["ItemReader", "Items"], &mut self.out);
        let percentage = Range { least: 0, most: 100, whole: false };
        Distributed {
            child_type,
            label: self.label(fields),
            reader: self.object(fields, "ItemReader", Self::item_reader),
            batcher: self.object(fields, "ItemBatcher", Self::item_batcher),
            tolerated_count: self.quantity(
                fields,
                "ToleratedFailureCount",
                "ToleratedFailureCountPath",
                WHOLE_NUMBER,
            ),
            tolerated_percentage: self.quantity(
                fields,
                "ToleratedFailurePercentage",
                "ToleratedFailurePercentagePath",
                percentage,
            ),
            writer: self.object(fields, "ResultWriter", Self::result_writer),
        }
    }

    /// A field that is an object with fields of its own.
    fn object<T>(
        &mut self,
        fields: &mut Fields<'_>,
        name: &'static str,
        compile: fn(&mut Compiler, &mut Fields<'_>) -> Option<T>,
    ) -> Option<T> {
        let at = fields.place(name);
        let mut inner = Fields::of(fields.get(name)?, at, &mut self.out)?;
        let compiled = compile(self, &mut inner);
        inner.finish(&mut self.out);
        compiled
    }

    fn label(&mut self, fields: &mut Fields<'_>) -> Option<Arc<str>> {
        let label = fields.string("Label", &mut self.out)?;
        let place = fields.place("Label");
        let refused = |c: char| c.is_whitespace() || c.is_control() || "?*<>{}[]:;,\\|^~$#%&`\"/".contains(c);
        if label.is_empty() {
            self.out.error(LABEL, &place, "Label cannot be empty");
        } else if label.chars().count() > MAX_LABEL {
            self.out.error(LABEL, &place, format!("A label has at most {MAX_LABEL} characters"));
        } else if label.chars().any(refused) {
            let message = "A label has no white space, brackets, wildcards, special or control characters";
            self.out.error(LABEL, &place, message);
        }
        if !self.labels.insert(label.into()) {
            let message = format!("Two Map states have the label {label}");
            self.out.error(DUPLICATE_LABEL, &place, message);
        }
        Some(label.into())
    }

    /// `Parameters`, or `Arguments` in JSONata.
    fn arguments(&mut self, fields: &mut Fields<'_>) -> Option<AnyTemplate> {
        match self.language {
            QueryLanguage::JsonPath => fields.not_in("JSONPath", &["Arguments"], &mut self.out),
            QueryLanguage::Jsonata => fields.not_in("JSONata", &["Parameters"], &mut self.out),
        }
        match self.language {
            QueryLanguage::JsonPath => {
                fields.template("Parameters", &mut self.out).map(AnyTemplate::JsonPath)
            }
            QueryLanguage::Jsonata => {
                fields.jsonata_template("Arguments", &mut self.out).map(AnyTemplate::Jsonata)
            }
        }
    }

    fn item_reader(&mut self, fields: &mut Fields<'_>) -> Option<ItemReader> {
        fields.require(&["Resource"], &mut self.out);
        let resource = fields.one_of("Resource", &[GET_OBJECT, LIST_OBJECTS], &mut self.out);
        let resource = match resource {
            Some(LIST_OBJECTS) => ReaderResource::ListObjects,
            _ => ReaderResource::GetObject,
        };
        let arguments = self.arguments(fields);
        let at = fields.place("ReaderConfig");
        if resource == ReaderResource::GetObject {
            fields.require(&["ReaderConfig"], &mut self.out);
        }
        let inner = fields.get("ReaderConfig").and_then(|value| Fields::of(value, at, &mut self.out));
        let Some(mut inner) = inner else {
            let config = ReaderConfig::default();
            return Some(ItemReader { resource, arguments, config, max_items: None });
        };
        let config = self.reader_config(&mut inner, resource);
        let range = Range { least: 0, most: MAX_ITEMS, whole: true };
        let max_items = self.quantity(&mut inner, "MaxItems", "MaxItemsPath", range);
        inner.finish(&mut self.out);
        Some(ItemReader { resource, arguments, config, max_items })
    }

    fn reader_config(&mut self, fields: &mut Fields<'_>, resource: ReaderResource) -> ReaderConfig {
        let out = &mut self.out;
        let load_and_flatten =
            fields.one_of("Transformation", &["NONE", "LOAD_AND_FLATTEN"], out) == Some("LOAD_AND_FLATTEN");
        if load_and_flatten && resource == ReaderResource::GetObject {
            let message =
                format!("LOAD_AND_FLATTEN loads the objects of a list. Use the resource {LIST_OBJECTS}");
            out.error(SCHEMA, &fields.place("Transformation"), message);
        }
        if resource == ReaderResource::GetObject || load_and_flatten {
            fields.require(&["InputType"], out);
        }
        let words = ["CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"];
        let input_type = fields.one_of("InputType", &words, out).map(|word| match word {
            "CSV" => InputType::Csv,
            "JSON" => InputType::Json,
            "JSONL" => InputType::Jsonl,
            "PARQUET" => InputType::Parquet,
            _ => InputType::Manifest,
        });
        let manifest =
            fields.one_of("ManifestType", &["ATHENA_DATA", "S3_INVENTORY"], out).map(|word| match word {
                "ATHENA_DATA" => ManifestType::AthenaData,
                _ => ManifestType::S3Inventory,
            });
        if let Some(pointer) = fields.string("ItemsPointer", out) {
            let sound = pointer.is_empty() || pointer.starts_with('/');
            if !sound {
                let message = "ItemsPointer is a JSON pointer: it begins with '/'";
                out.error(SCHEMA, &fields.place("ItemsPointer"), message);
            }
            if input_type.is_some_and(|input_type| input_type != InputType::Json) {
                let message = "ItemsPointer needs the InputType JSON";
                out.error(SCHEMA, &fields.place("ItemsPointer"), message);
            }
        }
        let delimiters = DELIMITERS.map(|(word, _)| word);
        let word = fields.one_of("CSVDelimiter", &delimiters, out);
        let csv_delimiter = word.and_then(|word| DELIMITERS.iter().find(|(known, _)| *known == word));
        ReaderConfig {
            input_type,
            csv_headers: self.csv_headers(fields, input_type),
            csv_delimiter: csv_delimiter.map(|(_, character)| *character),
            items_pointer: fields.string("ItemsPointer", &mut self.out).map(Arc::from),
            manifest,
            load_and_flatten,
        }
    }

    fn csv_headers(&mut self, fields: &mut Fields<'_>, input_type: Option<InputType>) -> CsvHeaders {
        if input_type == Some(InputType::Csv) {
            fields.require(&["CSVHeaderLocation"], &mut self.out);
        }
        let location = fields.one_of("CSVHeaderLocation", &["FIRST_ROW", "GIVEN"], &mut self.out);
        let given = strings(fields, "CSVHeaders", &mut self.out);
        if location == Some("GIVEN") {
            fields.require(&["CSVHeaders"], &mut self.out);
            return CsvHeaders::Given(given);
        }
        CsvHeaders::FirstRow
    }

    fn item_batcher(&mut self, fields: &mut Fields<'_>) -> Option<ItemBatcher> {
        let items = Range { least: 1, ..WHOLE_NUMBER };
        let bytes = Range { least: 1, most: MAX_BATCH_BYTES, whole: true };
        let max_items = self.quantity(fields, "MaxItemsPerBatch", "MaxItemsPerBatchPath", items);
        let max_bytes = self.quantity(fields, "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath", bytes);
        let limits = [
            "MaxItemsPerBatch",
            "MaxItemsPerBatchPath",
            "MaxInputBytesPerBatch",
            "MaxInputBytesPerBatchPath",
        ];
        if !limits.iter().any(|name| fields.has(name)) {
            let message = "An ItemBatcher needs MaxItemsPerBatch or MaxInputBytesPerBatch, or both";
            self.out.error(SCHEMA, &fields.at, message);
        }
        let input = match self.language {
            QueryLanguage::JsonPath => {
                fields.template("BatchInput", &mut self.out).map(AnyTemplate::JsonPath)
            }
            QueryLanguage::Jsonata => {
                fields.jsonata_template("BatchInput", &mut self.out).map(AnyTemplate::Jsonata)
            }
        };
        Some(ItemBatcher { max_items, max_bytes, input })
    }

    fn result_writer(&mut self, fields: &mut Fields<'_>) -> Option<ResultWriter> {
        let resource = fields.one_of("Resource", &[PUT_OBJECT], &mut self.out);
        let arguments = self.arguments(fields);
        let given = if self.language == QueryLanguage::Jsonata { "Arguments" } else { "Parameters" };
        if resource.is_some() {
            fields.require(&[given], &mut self.out);
        } else if fields.has(given) {
            fields.require(&["Resource"], &mut self.out);
        } else if !fields.has("WriterConfig") {
            fields.require(&["Resource", given], &mut self.out);
        }
        let at = fields.place("WriterConfig");
        let (mut lines, mut transformation) = (false, Transformation::None);
        let inner = fields.get("WriterConfig").and_then(|value| Fields::of(value, at, &mut self.out));
        if let Some(mut config) = inner {
            lines = config.one_of("OutputType", &["JSON", "JSONL"], &mut self.out) == Some("JSONL");
            let words = ["NONE", "COMPACT", "FLATTEN"];
            transformation = match config.one_of("Transformation", &words, &mut self.out) {
                Some("COMPACT") => Transformation::Compact,
                Some("FLATTEN") => Transformation::Flatten,
                _ => Transformation::None,
            };
            config.finish(&mut self.out);
        }
        Some(ResultWriter { arguments, lines, transformation })
    }
}
