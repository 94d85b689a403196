import Astronomy
import Computing
import MockSurvey
import Testing

@Suite("Mock survey")
struct MockSurveyTests {
    @Test("Objects are functions of seed and index: order, threads and the survey's length change no bit")
    func determinism() throws {
        let survey = MockSurvey(MockSurveyConfiguration(count: 64, seed: 3))
        let longer = MockSurvey(MockSurveyConfiguration(count: 128, seed: 3))
        let alone = (0..<24).map { survey.exposure($0) }
        let parallel = try ParallelLoop(threads: 4).mapChunks(count: 24, chunk: 1) { range, _ in
            survey.exposure(23 - range.lowerBound)
        }
        for index in 0..<24 {
            #expect(alone[index].image.pixels == parallel[23 - index].image.pixels)
            #expect(alone[index].object.position == parallel[23 - index].object.position)
            #expect(alone[index].image.pixels == longer.exposure(index).image.pixels)
        }
        let other = MockSurvey(MockSurveyConfiguration(count: 64, seed: 4))
        #expect(other.exposure(0).image.pixels != alone[0].image.pixels)
    }
}
