//! The parsed form of a JSONPath: a root and the segments that follow it.

use serde_json::Value;

use super::filter::Filter;

/// A path as the parser leaves it. Evaluation only reads it.
#[derive(Debug, Clone)]
pub(super) struct Path {
    pub(super) root: Root,
    pub(super) segments: Vec<Segment>,
    /// Segments before this index each stand for exactly one place, and so does the whole path when it is
    /// `segments.len()`.
    definite_prefix: usize,
}

/// What a path starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    /// `$`, the document.
    Document,
    /// `@`, the item a filter looks at; in a path that stands alone it is the document too.
    Item,
}

impl Root {
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Root::Document => "$",
            Root::Item => "@",
        }
    }
}

/// One step of a path.
#[derive(Debug, Clone)]
pub(super) enum Segment {
    /// `.a`, `['a']`, `['a','b']`: never empty.
    Property(Vec<Name>),
    /// `.*`, `[*]`
    Wildcard,
    /// `[0]`, `[-1]`, `[0,2]`: never empty.
    Index(Vec<i32>),
    /// `[1:]`, `[:2]`, `[1:2]`
    Slice(Slice),
    /// `[?(…)]`
    Filter(Box<Filter>),
    /// `..`: the next segment at every level below.
    Scan,
    /// `.length()`, `.sum($.a, 1)`
    Function(Call),
}

/// A member name.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub(super) text: Box<str>,
    /// How it was written, when that differs: AWS resolves `['a\"b']` to a member spelled with the backslash
    /// (recorded), Jayway's own tests to one spelled without, so a lookup tries both.
    pub(super) written: Option<Box<str>>,
}

impl Name {
    pub(super) fn plain(text: &str) -> Name {
        Name { text: text.into(), written: None }
    }

    pub(super) fn find<'a>(&self, members: &'a serde_json::Map<String, Value>) -> Option<&'a Value> {
        members.get(&*self.text).or_else(|| self.written.as_ref().and_then(|written| members.get(&**written)))
    }
}

/// The two ends of a slice; at least one is there. Jayway reads `[a:b:step]` and ignores the step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slice {
    pub(super) from: Option<i32>,
    pub(super) to: Option<i32>,
}

/// A call of a path function.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// As written; a name that no function has is an error when the call is reached, not before.
    pub(super) name: Box<str>,
    pub(super) arguments: Vec<Argument>,
}

/// An argument of a path function.
#[derive(Debug, Clone)]
pub(super) enum Argument {
    Json(Value),
    Path(Path),
}

impl Call {
    /// `length($..a)` counts what is inside of all that the path finds, so there the path gets a wildcard at its end.
    pub(super) fn new(name: Box<str>, mut arguments: Vec<Argument>) -> Call {
        if matches!(&*name, "length" | "size")
            && let Some(Argument::Path(path)) = arguments.first_mut()
            && !path.ends_in_function()
            && !path.segments.is_empty()
        {
            let mut segments = std::mem::take(&mut path.segments);
            segments.push(Segment::Wildcard);
            *path = Path::new(path.root, segments);
        }
        Call { name, arguments }
    }
}

impl Path {
    pub(super) fn new(root: Root, segments: Vec<Segment>) -> Path {
        let path = Path { root, segments, definite_prefix: 0 }.with_scan_inside_function();
        let last = path.segments.len().saturating_sub(1);
        let definite_prefix = path
            .segments
            .iter()
            .enumerate()
            .position(|(index, segment)| !segment.is_definite(index == last))
            .unwrap_or(path.segments.len());
        Path { definite_prefix, ..path }
    }

    pub(super) fn is_definite(&self) -> bool {
        self.definite_prefix == self.segments.len()
    }

    /// Whether every segment before `index` stands for exactly one place. Only then is a missing member an error.
    pub(super) fn is_definite_before(&self, index: usize) -> bool {
        index <= self.definite_prefix
    }

    pub(super) fn ends_in_function(&self) -> bool {
        matches!(self.segments.last(), Some(Segment::Function(_)))
    }

    /// `$..a.b.length()` means `$.length($..a.b)`: the function sees everything the scan finds, at once.
    fn with_scan_inside_function(mut self) -> Path {
        if !matches!(self.segments.first(), Some(Segment::Scan)) || !self.ends_in_function() {
            return self;
        }
        let Some(at) = self.segments.iter().position(|segment| matches!(segment, Segment::Function(_)))
        else {
            return self;
        };
        let mut tail = self.segments.split_off(at);
        let scan = Path::new(self.root, self.segments);
        if let Some(Segment::Function(call)) = tail.first_mut() {
            *call = Call::new(std::mem::take(&mut call.name), vec![Argument::Path(scan)]);
        }
        Path { root: self.root, segments: tail, definite_prefix: 0 }
    }

    /// The path in Jayway's bracket form, as its messages print it: `$['a'][0]`.
    pub(super) fn canonical(&self, until: usize) -> String {
        let mut text = String::from(self.root.symbol());
        for segment in self.segments.iter().take(until) {
            segment.print(&mut text);
        }
        text
    }
}

impl Segment {
    fn is_definite(&self, is_last: bool) -> bool {
        match self {
            // Several members at the end of a path are merged into one object, so they count as one place.
            Segment::Property(names) => names.len() == 1 || is_last,
            Segment::Index(indexes) => indexes.len() == 1,
            Segment::Function(_) => true,
            Segment::Wildcard | Segment::Slice(_) | Segment::Filter(_) | Segment::Scan => false,
        }
    }

    pub(super) fn print(&self, text: &mut String) {
        match self {
            Segment::Property(names) => {
                let names: Vec<String> = names.iter().map(|name| quoted(&name.text)).collect();
                text.push_str(&format!("[{}]", names.join(",")));
            }
            Segment::Wildcard => text.push_str("[*]"),
            Segment::Index(indexes) => {
                let indexes: Vec<String> = indexes.iter().map(i32::to_string).collect();
                text.push_str(&format!("[{}]", indexes.join(",")));
            }
            Segment::Slice(Slice { from, to }) => {
                let end = |end: &Option<i32>| end.map(|end| end.to_string()).unwrap_or_default();
                text.push_str(&format!("[{}:{}]", end(from), end(to)));
            }
            Segment::Filter(_) => text.push_str("[?]"),
            Segment::Scan => text.push_str(".."),
            Segment::Function(call) => {
                let arguments = if call.arguments.is_empty() { "()" } else { "(...)" };
                text.push_str(&format!(".{}{arguments}", call.name));
            }
        }
    }
}

fn quoted(name: &str) -> String {
    format!("'{}'", name.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// One step of a path that only names places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// `.a`, `['a']`
    Name(Box<str>),
    /// `[0]`
    Index(usize),
}

impl Path {
    /// The path as plain steps, if it has nothing but single names and non-negative indexes.
    pub(super) fn into_steps(self) -> Option<Vec<Step>> {
        let step = |segment| match segment {
            Segment::Property(mut names) if names.len() == 1 => names.pop().map(|name| Step::Name(name.text)),
            Segment::Index(indexes) => match indexes[..] {
                [index] => usize::try_from(index).ok().map(Step::Index),
                _ => None,
            },
            _ => None,
        };
        self.segments.into_iter().map(step).collect()
    }
}
