//! Has the binary built again when the console was.

fn main() {
    println!("cargo::rerun-if-changed=../console/dist");
}
