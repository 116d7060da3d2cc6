//! Parallel.

use super::fields::Fields;
use super::{Compiler, Names};
use crate::diagnostic::SCHEMA;
use crate::program::{Kind, Parallel};

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
                branches.extend(self.machine(&mut branch));
                branch.finish(&mut self.out);
            }
        }
        let errors = self.errors(names, fields);
        let next = self.transition(names, fields)?;
        Some(Kind::Parallel(Parallel { branches, errors, next }))
    }
}
