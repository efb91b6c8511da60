// For reads without a mask.

fn store_insides(element: u32, count: u32, inside: vec4u) {}
