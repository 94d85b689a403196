internal import Astronomy

/// Everything about one object that its row and its image follow from.
struct MockScene {
    var object: MockObject
    /// What is in the field, the target first.
    var sources: [SceneSource]
    /// Offset of the image's centre from the field's centre, arcsec (east, north).
    var centre: SIMD2<Double>
    var conditions: ObservingConditions
    var artefact: Artefact?
}

/// The target of one image: its row without position, and its sources at offsets from the target's place.
struct MockTarget {
    var object: MockObject
    var sources: [SceneSource]
    var artefact: Artefact?
}
