internal import CSVM

/// A machine trained by libsvm, which points into its training rows: this object owns both.
package final class SupportVectorMachine {
    private let problem: UnsafeMutablePointer<svm_problem>
    private let model: UnsafeMutablePointer<svm_model>
    private let nodes: UnsafeMutablePointer<svm_node>
    private let rows: UnsafeMutablePointer<UnsafeMutablePointer<svm_node>?>
    private let targets: UnsafeMutablePointer<Double>
    private let dimension: Int

    /// libsvm's version: 324 is 3.24.
    package static var libraryVersion: Int { Int(galatea_svm_version()) }

    /// libsvm prints progress to standard output unless told otherwise, once for the process.
    private static let silenced: Void = galatea_svm_silence()

    /// Trains on rows of at least two classes; labels that occur are `labels` of the machine, ascending.
    ///
    /// - Throws: `DiscoveryError.refusedByLibrary` with libsvm's text.
    package init(training: LabelledRows, parameters: SVMParameters) throws {
        _ = Self.silenced
        dimension = training.features.dimension
        let count = training.count
        let width = dimension + 1
        nodes = .allocate(capacity: max(1, count * width))
        rows = .allocate(capacity: max(1, count))
        targets = .allocate(capacity: max(1, count))
        problem = .allocate(capacity: 1)
        // libsvm numbers classes by first appearance: sorted rows make that the order of the labels.
        let order = training.labels.indices.sorted {
            training.labels[$0] != training.labels[$1]
                ? training.labels[$0] < training.labels[$1] : $0 < $1
        }
        for (position, row) in order.enumerated() {
            for column in 0..<dimension {
                nodes[position * width + column] = svm_node(
                    index: Int32(column + 1), value: training.features.values[row * dimension + column])
            }
            nodes[position * width + dimension] = svm_node(index: -1, value: 0)
            rows[position] = nodes + position * width
            targets[position] = Double(training.labels[row])
        }
        problem.initialize(to: svm_problem(l: Int32(count), y: targets, x: rows))
        do {
            model = try Self.train(problem, training, parameters)
        } catch {
            Self.release(problem, nodes, rows, targets)
            throw error
        }
    }

    private static func train(
        _ problem: UnsafeMutablePointer<svm_problem>, _ training: LabelledRows, _ parameters: SVMParameters
    ) throws -> UnsafeMutablePointer<svm_model> {
        let weighted = training.classes.enumerated().compactMap { label, name in
            parameters.classWeights[name].map { (label: Int32(label), weight: $0) }
        }
        // Finite and positive is checked here: libsvm takes a NaN cost.
        let figures = [parameters.cost, parameters.tolerance] + weighted.map(\.weight)
        guard figures.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw DiscoveryError.refusedByLibrary(
                reason: "cost, tolerance and class weights must be finite and above 0, got \(figures)")
        }
        var labels = weighted.map(\.label)
        var weights = weighted.map(\.weight)
        return try labels.withUnsafeMutableBufferPointer { labels in
            try weights.withUnsafeMutableBufferPointer { weights in
                var parameter = svm_parameter()
                parameter.svm_type = Int32(C_SVC)
                parameter.kernel_type = Int32(RBF)
                parameter.gamma = parameters.gamma.value(for: training.features)
                parameter.cache_size = 100
                parameter.eps = parameters.tolerance
                parameter.C = parameters.cost
                parameter.nr_weight = Int32(weighted.count)
                parameter.weight_label = labels.baseAddress
                parameter.weight = weights.baseAddress
                parameter.shrinking = 1
                // Its own estimates shuffle with the global rand(): ours replace them.
                parameter.probability = 0
                if let reason = svm_check_parameter(problem, &parameter) {
                    throw DiscoveryError.refusedByLibrary(reason: String(cString: reason))
                }
                guard parameter.gamma.isFinite, parameter.gamma > 0,
                    let model = svm_train(problem, &parameter)
                else {
                    throw DiscoveryError.refusedByLibrary(reason: "no model for gamma \(parameter.gamma)")
                }
                // The model keeps copies of these pointers, which end with this call.
                model.pointee.param.weight_label = nil
                model.pointee.param.weight = nil
                model.pointee.param.nr_weight = 0
                return model
            }
        }
    }

    private static func release(
        _ problem: UnsafeMutablePointer<svm_problem>, _ nodes: UnsafeMutablePointer<svm_node>,
        _ rows: UnsafeMutablePointer<UnsafeMutablePointer<svm_node>?>, _ targets: UnsafeMutablePointer<Double>
    ) {
        problem.deallocate()
        nodes.deallocate()
        rows.deallocate()
        targets.deallocate()
    }

    deinit {
        var handle: UnsafeMutablePointer<svm_model>? = model
        svm_free_and_destroy_model(&handle)
        Self.release(problem, nodes, rows, targets)
    }

    /// Decision values by libsvm itself, one for each pair of classes.
    package func values(_ features: [Double]) -> [Double] {
        precondition(features.count == dimension, "SupportVectorMachine: \(features.count) features")
        var query = features.enumerated().map { svm_node(index: Int32($0 + 1), value: $1) }
        query.append(svm_node(index: -1, value: 0))
        let classes = Int(svm_get_nr_class(model))
        var values = [Double](repeating: 0, count: classes * (classes - 1) / 2)
        _ = svm_predict_values(model, query, &values)
        return values
    }

    /// The trained machine as plain numbers, without libsvm.
    package var decision: SVMDecision {
        let machine = model.pointee
        let classes = Int(machine.nr_class)
        let count = Int(machine.l)
        var vectors: [Double] = []
        for index in 0..<count {
            for column in 0..<dimension { vectors.append(machine.SV[index]?[column].value ?? 0) }
        }
        return SVMDecision(
            gamma: machine.param.gamma,
            supportVectors: FeatureMatrix(dimension: dimension, values: vectors),
            memberCounts: (0..<classes).map { Int(machine.nSV[$0]) },
            coefficients: (0..<classes - 1).flatMap { row in
                (0..<count).map { machine.sv_coef[row]?[$0] ?? 0 }
            },
            offsets: (0..<classes * (classes - 1) / 2).map { machine.rho[$0] },
            labels: (0..<classes).map { Int(machine.label[$0]) })
    }
}
