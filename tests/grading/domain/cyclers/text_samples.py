"""Small texts as makers' programs write them, made here: 3 records of rest, 3 of charge, 3 of discharge."""

from pathlib import Path

TIME_S = (0, 10, 20, 30, 40, 50, 60, 70, 80)
VOLTAGE_V = (3.5, 3.5, 3.5, 3.6, 3.61, 3.62, 3.4, 3.39, 3.38)
CURRENT_A = (0.0, 0.0, 0.0, 1.5, 1.5, 1.5, -2.0, -2.0, -2.0)
STEP = (1, 1, 1, 2, 2, 2, 3, 3, 3)
STEP_TIME_S = (0, 10, 20, 10, 20, 30, 10, 20, 30)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 3600:02d}:{int(seconds) // 60 % 60:02d}:{int(seconds) % 60:02d}"


def lines(*heads: str, record, sep=",") -> str:
    """Return lines of a table: those above the records, then each record's cells by its number."""
    records = [sep.join(str(cell) for cell in record(number)) for number in range(len(TIME_S))]
    return "\n".join([*heads, *records]) + "\n"


def word(number: int, rest: str, charge: str, discharge: str) -> str:
    """Return what a maker calls the state of a record."""
    return (rest, charge, discharge)[STEP[number] - 1]


def amount(number: int) -> float:
    """Return the current without its sign."""
    return abs(CURRENT_A[number])


def counted_ah(number: int) -> float:
    """Return a counter of the step in Ah."""
    return amount(number) * STEP_TIME_S[number] / 3600


NEWARE = lines(
    "DataPoint,Cycle Index,Step Index,Step Type,Time,Total Time,Current(mA),Voltage(V),Capacity(mAh),Date",
    record=lambda n: (
        n + 1,
        1,
        STEP[n],
        word(n, "Rest", "CC Chg", "CC DChg"),
        _clock(STEP_TIME_S[n]),
        _clock(TIME_S[n]),
        1000 * CURRENT_A[n],
        VOLTAGE_V[n],
        1000 * counted_ah(n),
        f"2024-05-01 10:00:{TIME_S[n] % 60:02d}",
    ),
)


def neware_report() -> str:
    """Return the report of cycles, steps and records."""
    text = [
        "Cycle ID,Cap_Chg(mAh),Cap_DChg(mAh)",
        ",Step ID,Step Name,Step Time(h:min:s.ms)",
        ",,Record ID,Time(h:min:s.ms),Voltage(V),Current(mA),Capacity(mAh),Realtime",
        "1,12.5,16.6",
    ]
    for number in range(len(TIME_S)):
        if number % 3 == 0:
            text.append(f",{STEP[number]},{word(number, 'Rest', 'CC_Chg', 'CC_DChg')},00:00:30.000")
        clock = f"{_clock(STEP_TIME_S[number])}.000"
        text.append(
            f",,{number + 1},{clock},{VOLTAGE_V[number]},{1000 * CURRENT_A[number]},0.0,2024-05-01 10:00:00"
        )
    return "\n".join(text) + "\n"


ARBIN = lines(
    "Data_Point,Test_Time(s),Date_Time,Step_Time(s),Step_Index,Cycle_Index,Current(A),Voltage(V),"
    "Charge_Capacity(Ah),Discharge_Capacity(Ah),Aux_Temperature(C)_1",
    record=lambda n: (
        n + 1,
        TIME_S[n],
        "2024-05-01 10:00:00",
        STEP_TIME_S[n],
        STEP[n],
        1,
        CURRENT_A[n],
        VOLTAGE_V[n],
        counted_ah(n) if STEP[n] == 2 else 0,
        counted_ah(n) if STEP[n] == 3 else 0,
        25.5,
    ),
)
BIOLOGIC = lines(
    "EC-Lab ASCII FILE",
    "Nb header lines : 4",
    "Acquisition started on : 05/28/2025 14:23:16.145",
    "Ns\ttime/s\tEwe/V\tI/mA\t(Q-Qo)/mA.h\tTemperature/°C",
    record=lambda n: (
        str(cell).replace(".", ",")
        for cell in (STEP[n], float(TIME_S[n]), VOLTAGE_V[n], 1000 * CURRENT_A[n], counted_ah(n) * 1000, 24.5)
    ),
    sep="\t",
)
BIOLOGIC_WITHOUT_CURRENT = lines(
    "mode\tNs\ttime/s\tdq/mA.h\tcontrol/mA\tEwe/V",
    record=lambda n: (
        1,
        STEP[n],
        float(TIME_S[n]),
        CURRENT_A[n] * 10 / 3.6,
        CURRENT_A[n] * 1000,
        VOLTAGE_V[n],
    ),
    sep="\t",
)
MACCOR = lines(
    "Today's Date 05/01/2024\tDate of Test:\t05/01/2024\tFilename:\tC:\\T\\77.034 Procedure: P.000"
    "\tComment/Barcode: 77",
    "Rec#\tCyc#\tStep\tTest (Sec)\tStep (Sec)\tAmp-hr\tWatt-hr\tAmps\tVolts\tState\tES\tDPt Time",
    record=lambda n: (
        n + 1,
        0,
        STEP[n],
        TIME_S[n],
        STEP_TIME_S[n],
        counted_ah(n),
        counted_ah(n) * 3,
        amount(n),
        VOLTAGE_V[n],
        word(n, "R", "C", "D"),
        1,
        f"5/1/2024 10:{TIME_S[n] // 60:02d}:{TIME_S[n] % 60:02d} AM",
    ),
    sep="\t",
)
BASYTEC = lines(
    "~Resultfile from Basytec Battery Test System",
    "~Battery: PACK-9",
    "~Start of Test: 19.06.2023 17:56:53",
    "~Time[h]\tt-Step[h]\tLine\tCommand\tU[V]\tI[A]\tAh[Ah]\tAh-Cyc-Charge\tAh-Cyc-Discharge\tT1[°C]\tCyc-Count",
    record=lambda n: (
        repr(TIME_S[n] / 3600),
        repr(STEP_TIME_S[n] / 3600),
        STEP[n],
        word(n, "Pause", "Charge", "Discharge"),
        VOLTAGE_V[n],
        CURRENT_A[n],
        0,
        counted_ah(n) if STEP[n] == 2 else 0,
        counted_ah(n) if STEP[n] == 3 else 0,
        25.25,
        1,
    ),
    sep="\t",
)
_NOVONIX_HEADING = (
    "Date and Time,Cycle Number,Step Type,Run Time (h),Step Time (h),Current (A),Potential (V),Capacity (Ah),"
    "Temperature (°C),Circuit Temperature (°C),Step Number"
)
NOVONIX = lines(
    "[Summary]",
    "Novonix UHPC data file",
    "Started: 2025-07-19 15:26:20",
    "[End Summary]",
    "[Data]",
    _NOVONIX_HEADING,
    record=lambda n: (
        "2025-07-19 15:26:20",
        1,
        7,
        repr(TIME_S[n] / 3600),
        repr(STEP_TIME_S[n] / 3600),
        CURRENT_A[n],
        VOLTAGE_V[n],
        0.5,
        24.5,
        26,
        STEP[n],
    ),
)
LANDT = lines(
    "Record,TestTime/Sec,StepTime/Sec,Current/mA,Capacity/mAh,Voltage/V,AuxTemp/dC.,Cycle-Index,Step-Index,Step-State",
    record=lambda n: (
        n + 1,
        TIME_S[n],
        STEP_TIME_S[n],
        1000 * CURRENT_A[n],
        1000 * counted_ah(n),
        VOLTAGE_V[n],
        "-",
        1,
        STEP[n],
        word(n, "R", "RateC", "RateD"),
        "0",  # one field more than there are headings
    ),
)
PEC = lines(
    "Test:,25205",
    "TestRegime Name:,OCV",
    "Test,Cell,Step,Instruction Name,Cycle,Total Time (Hours in hh:mm:ss.xxx),Step Time (Seconds),Real Time,"
    "Voltage (V),Current (A),Charge Capacity (mAh),Discharge Capacity (mAh),Temp (°C),",
    record=lambda n: (
        25205,
        1,
        STEP[n],
        word(n, "Idle", "Charge", "Discharge"),
        0,
        f"{_clock(TIME_S[n])}.000",
        STEP_TIME_S[n],
        f"01/08/2026 17:{45 + TIME_S[n] // 60}:{TIME_S[n] % 60:02d}",
        VOLTAGE_V[n],
        CURRENT_A[n],
        1000 * counted_ah(n) if STEP[n] == 2 else 0,
        1000 * counted_ah(n) if STEP[n] == 3 else 0,
        19.5,
        "",
    ),
)
_BITRODE_HEADING = (
    "Exclude,Time(s),Cycle,Loop,Loop,Loop,Step,StepTime(s),Current(A),Voltage(V),Power(W),Capacity(Ah),"
    "Energy(Wh),Mode,Data,"
)


def _bitrode(n: int) -> tuple[object, ...]:
    signed_ah = counted_ah(n) if STEP[n] == 2 else -counted_ah(n)
    mode = word(n, "REST", "CHRG", "DCHG")
    return (
        *("No", float(TIME_S[n]), 1, 1, 1, 1, STEP[n], float(STEP_TIME_S[n]), CURRENT_A[n], VOLTAGE_V[n]),
        *(0.0, signed_ah, 0.0, mode, " ", ""),
    )


BITRODE = lines(_BITRODE_HEADING, record=_bitrode)
BITRODE_HEADLESS = lines(record=_bitrode)
DIGATRON = lines(
    "Digatron BTS-600",
    "Zeit;Schritt;Zustand;Programmdauer;Schrittdauer;Zyklus;Prozedur;Spannung;Strom;AhAkku;AhLad;AhEla;Temp1",
    ";;;;;;;[mV];[A];[Ah];[Ah];[Ah];[°C]",
    record=lambda n: (
        "01.05.2024 10:00:00",
        STEP[n],
        word(n, "PAU", "LAD", "ELA"),
        f"{_clock(TIME_S[n])},0",
        f"{_clock(STEP_TIME_S[n])},0",
        1,
        "P",
        str(1000 * VOLTAGE_V[n]).replace(".", ","),
        str(CURRENT_A[n]).replace(".", ","),
        "0,0",
        str(counted_ah(n) if STEP[n] == 2 else 0.0).replace(".", ","),
        str(counted_ah(n) if STEP[n] == 3 else 0.0).replace(".", ","),
        "25,5",
    ),
    sep=";",
)
BDF = lines(
    "Test Time / s,Voltage / V,Current / mA,Cycle Count / 1,Step Count / 1,Ambient Temperature / degC",
    record=lambda n: (TIME_S[n], VOLTAGE_V[n], 1000 * CURRENT_A[n], 1, STEP[n], 25.0),
)
BDF_DEPRECATED = lines(
    "test_time_millisecond,voltage_volt,current_ampere,cycle_dimensionless",
    record=lambda n: (1000 * TIME_S[n], VOLTAGE_V[n], CURRENT_A[n], 1),
)
STEP_TABLE = (
    "工步序号,状态,绝对时间,起始电压(V),结束电压(V),起始电流(A),结束电流(A),充电容量(Ah),放电容量(Ah),充电能量(Wh),"
    "放电能量(Wh),持续时间(h:min:s:ms),开始温度1(℃),结束温度1(℃)\n"
    "1,静置,2024-06-17 11:16:00.337,3.9,3.91,0,0,0,0,0,0,00:00:30.000,25.0,25.0\n"
    "2,充电 CC-CV,2024-06-17 11:16:30.545,4.0,4.2,25.0,1.25,2.5,0,10.0,0,00:25:12.200,25.0,27.0\n"
    ",,,,,,,0,0,0,0,,,\n"
    "3,放电 DC,2024-06-17 12:01:43.546,4.1,2.7,-25.0,-24.9,0,-19.5,0,-70.0,00:47:47.700,27.0,36.0\n"
)
FULL = {
    "neware": NEWARE,
    "arbin": ARBIN,
    "biologic": BIOLOGIC,
    "maccor": MACCOR,
    "basytec": BASYTEC,
    "novonix": NOVONIX,
    "landt": LANDT,
    "pec": PEC,
    "bitrode": BITRODE,
    "digatron": DIGATRON,
    "bdf": BDF,
}


def written(tmp_path: Path, text: str, *, encoding: str = "utf-8") -> Path:
    """Write a text to a file whose name tells nothing."""
    path = tmp_path / "stored-by-its-hash"
    path.write_bytes(text.encode(encoding))
    return path
