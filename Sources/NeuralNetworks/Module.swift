public import Tensors

/// Anything that holds parameters, in a fixed order under fixed names.
public protocol Module {
    /// Its own parameters, statistics included.
    var parameters: NamedList<Parameter> { get }

    /// The modules it is made of.
    var children: NamedList<any Module> { get }
}

extension Module {
    /// None.
    public var parameters: NamedList<Parameter> { [:] }

    /// None.
    public var children: NamedList<any Module> { [:] }

    /// All parameters, own ones first, then those of each child as `child.name`.
    public var allParameters: [(name: String, value: Parameter)] {
        parameters.map { (name: $0.name, value: $0.value) }
            + children.flatMap { child in
                child.value.allParameters.map { (name: "\(child.name).\($0.name)", value: $0.value) }
            }
    }

    /// All parameters that an optimiser changes, in order.
    public var allWeights: [Parameter] { allParameters.map(\.value).filter { $0.role == .weight } }

    /// How many numbers an optimiser changes.
    public var weightCount: Int { allWeights.reduce(0) { $0 + $1.value.count } }
}

/// A module that makes one tensor of one tensor.
public protocol Layer: Module {
    /// The layer applied to a batch.
    func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor
}
