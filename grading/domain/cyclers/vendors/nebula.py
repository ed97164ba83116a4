"""Nebula: a table with one line per step, as PulseBat's raw files are."""

from grading.domain.cyclers.formats import Format

NEBULA = Format(
    code="nebula_steps",
    name="Nebula step table",
    names={
        "state": ("状态", "工步类型", "Step Type", "State"),
        "step_number": ("工步序号", "Step Number"),
        "clock": ("绝对时间", "Start Time"),
        "voltage_start_v": ("起始电压", "Start Voltage"),
        "voltage_end_v": ("结束电压", "End Voltage"),
        "current_end_a": ("结束电流", "End Current"),
        "charge_ah": ("充电容量", "Charge Capacity"),
        "discharge_ah": ("放电容量", "Discharge Capacity"),
        "charge_wh": ("充电能量", "Charge Energy"),
        "discharge_wh": ("放电能量", "Discharge Energy"),
        "duration_s": ("持续时间", "Duration", "相对时间"),
        "temperature_start_degc": ("开始温度1", "Start Temperature"),
        "temperature_end_degc": ("结束温度1", "End Temperature"),
        "soc_percent": ("SOC", "soc"),
        "channel": ("通道", "Channel"),
    },
    is_step_table=True,
)
