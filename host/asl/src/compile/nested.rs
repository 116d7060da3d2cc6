//! Parallel and Map: the states that hold machines.

use super::fields::Fields;
use super::{Compiler, Names, QueryLanguage};
use crate::diagnostic::{NOT_SUPPORTED, SCHEMA};
use crate::program::{Concurrency, Items, Kind, MachineIndex, Map, MapMode, Parallel};

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
    pub(super) fn parallel(&mut self, names: &Names, fields: &mut Fields<'_>) -> Option<Kind> {
        fields.require(&["Branches"], &mut self.out);
        let place = fields.place("Branches");
        let list = fields.array("Branches", &mut self.out);
        if list.is_some_and(<[_]>::is_empty) {
            self.out.error(SCHEMA, &place, "A Parallel state needs at least one branch");
        }
        let list = list.unwrap_or_default();
        let mut branches = Vec::with_capacity(list.len());
        for (index, value) in list.iter().enumerate() {
            if let Some(mut branch) = Fields::of(value, place.index(index), &mut self.out) {
                self.query_language(&mut branch);
                branches.extend(self.machine(&mut branch));
                branch.finish(Self::top_only(), "a branch", &mut self.out);
            }
        }
        let errors = self.errors(names, fields);
        let next = self.transition(names, fields)?;
        Some(Kind::Parallel(Parallel { branches, errors, next }))
    }

    pub(super) fn map(&mut self, names: &Names, fields: &mut Fields<'_>) -> Option<Kind> {
        fields.at_most_one(&["ItemProcessor", "Iterator"], &mut self.out);
        fields.at_most_one(&["ItemSelector", "Parameters"], &mut self.out);
        fields.at_most_one(&["MaxConcurrency", "MaxConcurrencyPath"], &mut self.out);
        // A Map's two spellings: ItemSelector and ItemProcessor of today, Parameters and Iterator of before.
        let processor_field = if fields.has("Iterator") { "Iterator" } else { "ItemProcessor" };
        fields.require(&[processor_field], &mut self.out);
        let processor_at = fields.place(processor_field);
        let processor = fields.get(processor_field).and_then(|value| {
            let mut inner = Fields::of(value, processor_at, &mut self.out)?;
            let index = self.item_processor(&mut inner);
            inner.finish(Self::top_only(), "an item processor", &mut self.out);
            index
        });
        for name in DISTRIBUTED_ONLY {
            self.not_supported(fields, name, "It belongs to Distributed Map; use an inline Map");
        }
        for name in WITHOUT_EFFECT_INLINE {
            if fields.get(name).is_some() {
                let message = format!("Field '{name}' has no effect in an inline Map");
                self.out.warning(SCHEMA, &fields.place(name), message);
            }
        }
        let (items, max_concurrency) = match self.language {
            QueryLanguage::JsonPath => {
                (fields.path("ItemsPath", &mut self.out).map(Items::Path), self.max_concurrency(fields))
            }
            QueryLanguage::Jsonata => {
                let expression = fields.jsonata("MaxConcurrency", &mut self.out).map(Concurrency::Jsonata);
                let items = fields.jsonata_template("Items", &mut self.out).map(Items::Jsonata);
                (items, expression.unwrap_or_else(|| self.max_concurrency(fields)))
            }
        };
        let errors = self.errors(names, fields);
        let next = self.transition(names, fields);
        Some(Kind::Map(Box::new(Map {
            items,
            max_concurrency,
            processor: processor?,
            mode: MapMode::Inline,
            errors,
            next: next?,
        })))
    }

    /// `MaxConcurrency` as a number, or `MaxConcurrencyPath`.
    fn max_concurrency(&mut self, fields: &mut Fields<'_>) -> Concurrency {
        let fixed = fields.integer("MaxConcurrency", 0, u64::from(u32::MAX), &mut self.out);
        if self.language == QueryLanguage::JsonPath
            && let Some(path) = fields.path("MaxConcurrencyPath", &mut self.out)
        {
            return Concurrency::Path(path);
        }
        Concurrency::Fixed(u32::try_from(fixed.unwrap_or(0)).unwrap_or(u32::MAX))
    }

    fn item_processor(&mut self, fields: &mut Fields<'_>) -> Option<MachineIndex> {
        let at = fields.place("ProcessorConfig");
        if let Some(value) = fields.get("ProcessorConfig")
            && let Some(mut config) = Fields::of(value, at, &mut self.out)
        {
            match config.string("Mode", &mut self.out) {
                None | Some("INLINE") => {}
                Some("DISTRIBUTED") => {
                    let place = config.place("Mode");
                    let message =
                        "Distributed Map is not served by this version of Dirigent. Use Mode INLINE";
                    self.out.error(NOT_SUPPORTED, &place, message);
                }
                Some(_) => {
                    let place = config.place("Mode");
                    self.out.error(
                        SCHEMA,
                        &place,
                        "The field 'Mode' should have one of these values: [INLINE, DISTRIBUTED]",
                    );
                }
            }
            config.string("ExecutionType", &mut self.out);
            config.finish(&[], "a processor configuration", &mut self.out);
        }
        self.query_language(fields);
        self.machine(fields)
    }
}
