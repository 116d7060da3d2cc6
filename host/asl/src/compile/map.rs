//! Map: what both modes share. What only a Distributed Map has is in `distributed`.

use super::fields::Fields;
use super::{Compiler, Names, QueryLanguage};
use crate::diagnostic::SCHEMA;
use crate::program::{ChildType, Items, Kind, MachineIndex, Map, MapMode, Quantity};

/// Fields that only a Distributed Map has.
const DISTRIBUTED_ONLY: [&str; 4] = ["ItemReader", "ItemBatcher", "ResultWriter", "Label"];

/// Fields of a Distributed Map that AWS takes in an inline Map too, where they have no effect.
const WITHOUT_EFFECT_INLINE: [&str; 4] = [
    "ToleratedFailureCount",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentage",
    "ToleratedFailurePercentagePath",
];

impl Compiler {
    pub(super) fn map(&mut self, names: &Names, fields: &mut Fields<'_>) -> Option<Kind> {
        fields.at_most_one(&["ItemProcessor", "Iterator"], &mut self.out);
        fields.at_most_one(&["ItemSelector", "Parameters"], &mut self.out);
        // A Map's two spellings: ItemSelector and ItemProcessor of today, Parameters and Iterator of before.
        let processor_field = if fields.has("Iterator") { "Iterator" } else { "ItemProcessor" };
        fields.require(&[processor_field], &mut self.out);
        // When both are there, that is the fault.
        fields.get("ItemProcessor");
        let processor_at = fields.place(processor_field);
        let mut child_type = None;
        let processor = fields.get(processor_field).and_then(|value| {
            let mut inner = Fields::of(value, processor_at, &mut self.out)?;
            child_type = self.processor_config(&mut inner);
            let index: Option<MachineIndex> = self.machine(&mut inner);
            inner.finish(&mut self.out);
            index
        });
        let max_concurrency = self.quantity(fields, "MaxConcurrency", "MaxConcurrencyPath", WHOLE_NUMBER);
        let items = match self.language {
            QueryLanguage::JsonPath => fields.path("ItemsPath", &mut self.out).map(Items::Path),
            QueryLanguage::Jsonata => fields.jsonata_template("Items", &mut self.out).map(Items::Jsonata),
        };
        let mode = match child_type {
            Some(child_type) => MapMode::Distributed(Box::new(self.distributed(fields, child_type))),
            None => {
                self.refuse_distributed_fields(fields);
                MapMode::Inline
            }
        };
        let errors = self.errors(names, fields);
        let next = self.transition(names, fields);
        Some(Kind::Map(Box::new(Map {
            items,
            max_concurrency: max_concurrency.unwrap_or(Quantity::Fixed(0.0)),
            processor: processor?,
            mode,
            errors,
            next: next?,
        })))
    }

    fn refuse_distributed_fields(&mut self, fields: &mut Fields<'_>) {
        for name in DISTRIBUTED_ONLY {
            if fields.get(name).is_some() {
                let message = format!(
                    "Field '{name}' belongs to a Distributed Map. Set ItemProcessor.ProcessorConfig.Mode to DISTRIBUTED"
                );
                self.out.error(SCHEMA, &fields.place(name), message);
            }
        }
        for name in WITHOUT_EFFECT_INLINE {
            if fields.get(name).is_some() {
                let message = format!("Field '{name}' has no effect in an inline Map");
                self.out.warning(SCHEMA, &fields.place(name), message);
            }
        }
    }

    /// `ProcessorConfig`: the children's type when the mode is distributed.
    fn processor_config(&mut self, fields: &mut Fields<'_>) -> Option<ChildType> {
        let at = fields.place("ProcessorConfig");
        let value = fields.get("ProcessorConfig")?;
        let mut config = Fields::of(value, at, &mut self.out)?;
        let mode = config.one_of("Mode", &["INLINE", "DISTRIBUTED"], &mut self.out);
        if mode == Some("DISTRIBUTED") {
            config.require(&["ExecutionType"], &mut self.out);
        }
        let child_type = config.one_of("ExecutionType", &["STANDARD", "EXPRESS"], &mut self.out);
        config.finish(&mut self.out);
        (mode == Some("DISTRIBUTED")).then_some(match child_type {
            Some("EXPRESS") => ChildType::Express,
            _ => ChildType::Standard,
        })
    }

    /// A number, its `…Path` form in JSONPath, or an expression in JSONata.
    pub(super) fn quantity(
        &mut self,
        fields: &mut Fields<'_>,
        name: &'static str,
        path_name: &'static str,
        range: Range,
    ) -> Option<Quantity> {
        match self.language {
            QueryLanguage::JsonPath => {
                fields.at_most_one(&[name, path_name], &mut self.out);
                let path = fields.path(path_name, &mut self.out).map(Quantity::Path);
                path.or(self.fixed(fields, name, range))
            }
            QueryLanguage::Jsonata => {
                let expression = fields.jsonata(name, &mut self.out).map(Quantity::Jsonata);
                if fields.has_jsonata(name) { expression } else { self.fixed(fields, name, range) }
            }
        }
    }

    fn fixed(&mut self, fields: &mut Fields<'_>, name: &'static str, range: Range) -> Option<Quantity> {
        let number = if range.whole {
            fields.integer(name, range.least, range.most, &mut self.out).map(|number| number as f64)
        } else {
            let number = fields.number(name, range.least as f64, &mut self.out)?;
            if number > range.most as f64 {
                let message =
                    format!("Expected a number from {} to {}, found {number}", range.least, range.most);
                self.out.error(SCHEMA, &fields.place(name), message);
            }
            Some(number)
        };
        number.map(Quantity::Fixed)
    }
}

/// What a [`Quantity`] in the definition may be.
#[derive(Clone, Copy)]
pub(super) struct Range {
    pub(super) least: u64,
    pub(super) most: u64,
    pub(super) whole: bool,
}

/// Any whole number that is not negative.
pub(super) const WHOLE_NUMBER: Range = Range { least: 0, most: u32::MAX as u64, whole: true };
