"""Neware: BTS and BTSDA exports, flat or as a report of cycles, steps and records."""

from grading.domain.cyclers.formats import Format

NEWARE = Format(
    code="neware",
    name="Neware",
    names={
        "record": (
            "DataPoint",
            "Data Point",
            "Record number",
            "Record ID",
            "Record Index",
            "数据序号",
            "记录序号",
        ),
        "cycle": ("Cycle Index", "Cycle ID", "Cycle", "循环号", "循环序号"),
        "step": ("Step Index", "Step ID", "Steps", "Step Number", "工步号", "工步序号"),
        "state": ("Step Type", "Step Name", "Status", "State", "工步类型", "状态"),
        "time_s": ("Total Time", "Cumulative Time", "Test Time", "总时间", "累计时间"),
        "step_time_s": ("Time", "Step Time", "Relative Time", "时间", "相对时间"),
        "clock": ("Date", "Realtime", "Real time", "Absolute Time", "Timestamp", "绝对时间", "系统时间"),
        "voltage_v": ("Voltage", "Vol", "电压"),
        "current_a": ("Current", "Cur", "电流"),
        "capacity_ah": ("Capacity", "容量"),
        "charge_ah": ("Chg. Cap.", "Charge Capacity", "CapC", "充电容量"),
        "discharge_ah": ("DChg. Cap.", "Discharge Capacity", "CapD", "放电容量"),
        "energy_wh": ("Energy", "能量"),
        "charge_wh": ("Chg. Energy", "Charge Energy", "充电能量"),
        "discharge_wh": ("DChg. Energy", "Discharge Energy", "放电能量"),
    },
    needs=("step",),
    temperatures=r"(aux|auxch|辅助通道)?(tu?)?\d*t\d*|temp\w*|温度\d*",
    marks=("NEWARE", "Neware"),
)
