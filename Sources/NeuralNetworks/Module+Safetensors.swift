public import Safetensors
internal import Tensors

extension Module {
    /// All parameters, statistics included, as float32 tensors named `prefix` + name.
    public func storedParameters(prefix: String = "") -> [SafetensorsTensor] {
        allParameters.map {
            SafetensorsTensor(name: prefix + $0.name, shape: $0.value.shape, floats: $0.value.value.values)
        }
    }

    /// Takes every parameter from a file's tensors named `prefix` + name.
    ///
    /// All or nothing: the network is unchanged when something is refused.
    ///
    /// - Parameters:
    ///   - file: Where the tensors are.
    ///   - prefix: What their names start with; tensors of other prefixes are left alone.
    /// - Throws: `SafetensorsError` for a tensor that is missing, of another shape or type, or not finite;
    ///   `TrainingError.unexpectedTensor` for one that no parameter has the name of.
    public func loadParameters(from file: SafetensorsFile, prefix: String = "") throws {
        let all = allParameters
        let values = try all.map { try file.finiteTensor(prefix + $0.name, like: $0.value.value) }
        let names = Set(all.map { prefix + $0.name })
        for tensor in file.tensors where tensor.name.hasPrefix(prefix) && !names.contains(tensor.name) {
            throw TrainingError.unexpectedTensor(path: file.path, tensor: tensor.name)
        }
        for (parameter, value) in zip(all, values) { parameter.value.replace(with: value) }
    }
}

extension SafetensorsFile {
    /// A stored float32 tensor of finite numbers, of the shape and on the backend of another.
    func finiteTensor(_ name: String, like other: Tensor) throws(SafetensorsError) -> Tensor {
        let stored = try tensor(name, shape: other.shape)
        guard stored.type == .float32 else {
            throw .wrongType(path: path, tensor: name, expected: "F32", found: stored.type)
        }
        try requireFinite([name])
        return Tensor(try floats(name, shape: other.shape), shape: other.shape, on: other.backend)
    }
}
