//! Parallel and Map: the states that hold machines.

use super::fields::Fields;
use super::{Compiler, Names};
use crate::diagnostic::{NOT_SUPPORTED, SCHEMA};
use crate::program::{Concurrency, Kind, MachineIndex, Map, MapMode, Parallel};

/// Fields that only a Distributed Map has.
const DISTRIBUTED_ONLY: [&str; 8] = [
    "ItemReader",
    "ItemBatcher",
    "ResultWriter",
    "Label",
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
        let items = fields.path("ItemsPath", &mut self.out);
        let fixed = fields.integer("MaxConcurrency", 0, u64::from(u32::MAX), &mut self.out);
        let path = fields.path("MaxConcurrencyPath", &mut self.out);
        let errors = self.errors(names, fields);
        let next = self.transition(names, fields);
        Some(Kind::Map(Box::new(Map {
            items,
            max_concurrency: match path {
                Some(path) => Concurrency::Path(path),
                None => Concurrency::Fixed(u32::try_from(fixed.unwrap_or(0)).unwrap_or(u32::MAX)),
            },
            processor: processor?,
            mode: MapMode::Inline,
            errors,
            next: next?,
        })))
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
