internal import Astronomy
internal import FITS
internal import MockSurvey

/// The columns of a mock survey's catalogue.
struct MockCatalogTable {
    /// Names of the bands, in the order of fluxes.
    let bands: [String]

    /// One column: what it is called and means, and where its values are.
    private struct Column {
        var description: ColumnDescription
        var values: ([MockObject]) -> ColumnValues
    }

    /// What the table's header says of each column.
    var descriptions: [ColumnDescription] { columns.map(\.description) }

    /// The rows of these objects.
    func columns(_ objects: [MockObject]) -> [TableColumn] {
        columns.map { column in
            TableColumn(
                column.description.name, column.values(objects), unit: column.description.unit,
                ucd: column.description.ucd, description: column.description.description)
        }
    }

    private var columns: [Column] { identity + labels + truth + fluxes + circumstances }

    private func double(
        _ name: String, unit: String? = nil, ucd: String? = nil, _ description: String,
        _ value: @escaping (MockObject) -> Double
    ) -> Column {
        Column(
            description: ColumnDescription(name, .double, unit: unit, ucd: ucd, description: description),
            values: { .double($0.map(value)) })
    }

    private var identity: [Column] {
        [
            Column(
                description: ColumnDescription(
                    "id", .int64, ucd: "meta.id;meta.main", description: "identifier"),
                values: { .int64($0.map(\.id)) }),
            double("ra", unit: "deg", ucd: "pos.eq.ra;meta.main", "right ascension, ICRS") {
                $0.position.rightAscension
            },
            double("dec", unit: "deg", ucd: "pos.eq.dec;meta.main", "declination, ICRS") {
                $0.position.declination
            },
            Column(
                description: ColumnDescription(
                    "class", .text, textWidth: 12, ucd: "src.class", description: "true class"),
                values: { .text($0.map(\.objectClass.rawValue)) }),
        ]
    }

    private var labels: [Column] {
        [
            double("redshift", ucd: "src.redshift", "reported spectroscopic redshift") { $0.labels.redshift },
            double("redshift_err", ucd: "stat.error;src.redshift", "its reported standard error") {
                $0.labels.redshiftError
            },
            double("logmstar", ucd: "phys.mass", "reported log10(M/Msun), surviving mass, Chabrier") {
                $0.labels.log10StellarMass
            },
            double("logmstar_err", ucd: "stat.error;phys.mass", "its reported standard error, dex") {
                $0.labels.log10StellarMassError
            },
            double(
                "logsfr", ucd: "phys.SFR",
                "reported log10(SFR/(Msun/yr)) over 100 Myr, floored at log10 sSFR = -12 per yr"
            ) { $0.labels.log10StarFormationRate },
            double("logsfr_err", ucd: "stat.error;phys.SFR", "its reported standard error, dex") {
                $0.labels.log10StarFormationRateError
            },
            double("ebv", unit: "mag", ucd: "phys.absorption.gal", "Galactic reddening E(B-V), SFD98 scale") {
                $0.galacticReddening
            },
        ]
    }

    private var truth: [Column] {
        [
            double("true_redshift", ucd: "src.redshift", "true redshift") { $0.trueRedshift },
            double("true_logmstar", ucd: "phys.mass", "true log10(M/Msun)") { $0.trueLog10StellarMass },
            double("true_logsfr", ucd: "phys.SFR", "true log10(SFR/(Msun/yr)) over 100 Myr") {
                $0.trueLog10StarFormationRate
            },
            double("true_posang", unit: "deg", ucd: "pos.posAng", "true position angle, N through E") {
                $0.truePositionAngle
            },
            double(
                "true_half_light_radius", unit: "arcsec", ucd: "phys.angSize",
                "true semi-major half-light radius, rest 5000 A"
            ) { $0.trueHalfLightRadius },
            double("true_axis_ratio", ucd: "phys.size.axisRatio", "true apparent axis ratio") {
                $0.trueAxisRatio
            },
            double("true_sersic_index", "true Sersic index of the galaxy as a whole") { $0.trueSersicIndex },
            double("true_bulge_fraction", "true share of the bulge in the light") { $0.trueBulgeFraction },
            double("true_dust_ebv", unit: "mag", "true E(B-V) of the galaxy's own starlight") {
                $0.trueDustReddening
            },
            double("true_metallicity", ucd: "phys.abund.Z", "true mass fraction of metals in the stars") {
                $0.trueMetallicity
            },
            Column(
                description: ColumnDescription(
                    "state", .text, textWidth: 12, ucd: "meta.code.class",
                    description: "star_forming, green_valley or quiescent"),
                values: { .text($0.map { $0.state?.rawValue ?? "" }) }),
        ]
    }

    private var fluxes: [Column] {
        bands.indices.map { band in
            double(
                "true_flux_\(bands[band])", unit: "nanomaggy", ucd: "phot.flux",
                "true total flux, Galactic extinction included"
            ) { $0.trueFluxes[band] }
        }
    }

    private var circumstances: [Column] {
        [
            Column(
                description: ColumnDescription("passes", .int32, description: "exposures averaged"),
                values: { .int32($0.map { Int32($0.passes) }) })
        ]
            + bands.indices.map { band in
                double(
                    "seeing_\(bands[band])", unit: "arcsec", ucd: "instr.obsty.seeing",
                    "full width at half maximum of the point spread"
                ) { $0.seeing[band] }
            }
    }
}
