import Astronomy
import Computing
import MockSurvey
import TestSupport
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

    @Test(
        "Instruction sets agree far below the noise; rows agree to the bit",
        arguments: InstructionSet.available)
    func levels(set: InstructionSet) {
        let reference = MockSurvey(
            MockSurveyConfiguration(count: 40, seed: 3, limit: 18, instructionSet: .portable))
        let survey = MockSurvey(MockSurveyConfiguration(count: 40, seed: 3, limit: 18, instructionSet: set))
        for index in [0, 3, 11] {
            let (first, second) = (reference.exposure(index), survey.exposure(index))
            #expect(first.object.trueFluxes == second.object.trueFluxes)
            expectClose(first.image.pixels, second.image.pixels, absolute: 2e-5, relative: 1e-4)
        }
    }

    @Test("Drawing into given memory makes the same image as an exposure")
    func renderInto() {
        let survey = MockSurvey(MockSurveyConfiguration(count: 4, seed: 12))
        var pixels = [Float](repeating: .nan, count: 3 * 128 * 128)
        var span = pixels.mutableSpan
        let object = survey.render(2, into: &span)
        let exposure = survey.exposure(2)
        #expect(pixels == exposure.image.pixels)
        #expect(object.id == exposure.object.id)
        #expect(exposure.image.bands == ["g", "r", "z"])
    }
}
