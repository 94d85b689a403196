internal import Computing
internal import Tensors

/// Everything that a training is between two epochs: what a checkpoint holds.
struct TrainingState {
    /// The network that is trained.
    let network: any Module
    /// The optimiser, its moments and number of steps.
    var adam: Adam
    /// Epochs finished.
    var epoch = 0
    /// The first loss of all, the measure of an explosion.
    var firstLoss: Double?
    /// The best epoch so far, from 1; 0 before the first.
    var bestEpoch = 0
    /// What the best epoch reached.
    var bestValue = Double.infinity
    /// The parameters of the best epoch, in order.
    var bestParameters: [Tensor]
    /// What happened so far.
    var history = TrainingHistory()

    /// A training that has not begun.
    init(_ network: any Module, configuration: TrainingConfiguration) {
        self.network = network
        adam = Adam(network.allWeights, configuration: configuration.adam)
        bestParameters = network.allParameters.map { $0.value.value.detached() }
    }
}

/// The order of training items in an epoch, and the random numbers of a step: pure functions of the seed.
struct TrainingRandomness {
    let seed: UInt64

    /// The items in the order of an epoch (Fisher & Yates 1938).
    func order(epoch: Int, count: Int) -> [Int] {
        var generator = CounterGenerator(seed: seed, stream: 1).split(UInt64(epoch))
        var items = Array(0..<count)
        for index in stride(from: count - 1, to: 0, by: -1) {
            items.swapAt(index, Int(generator.next(upperBound: UInt64(index + 1))))
        }
        return items
    }

    /// Random numbers of a training step.
    func generator(step: Int) -> CounterGenerator {
        CounterGenerator(seed: seed, stream: 2).split(UInt64(step))
    }

    /// Random numbers of a validation batch, the same in every epoch.
    func generator(validationBatch batch: Int) -> CounterGenerator {
        CounterGenerator(seed: seed, stream: 3).split(UInt64(batch))
    }
}
