import Computing
import Measurement

extension Contender {
    /// What no encoder can pass: as many multiply-adds as its convolutions take, with nothing else to do.
    ///
    /// It takes its turn beside the others, since what a core's units do changes with what else the machine does.
    ///
    /// - Parameters:
    ///   - products: Multiply-adds of one item.
    ///   - items: Items of a repetition.
    ///   - threads: Threads that share them.
    static func multiplyAdds(_ products: Int, items: Int, threads: Int) -> Contender {
        Contender("multiply-adds of its convolutions alone", items: items) {
            try ParallelLoop(threads: threads).forEachChunk(count: items, chunk: 8) { range, _ in
                FloatingPointPeak.run(multiplyAdds: range.count * products, at: .detected)
            }
        }
    }
}
