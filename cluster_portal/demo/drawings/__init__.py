"""Illustrations drawn by code, so that a fresh register looks alive.

Each is drawn once and shared by many goods; all are marked as illustrations.
"""

from collections.abc import Callable
from dataclasses import dataclass

from cluster_portal.demo.drawings import cloth, scenes, souvenirs, sweets, table
from cluster_portal.demo.drawings.canvas import Canvas


@dataclass(frozen=True)
class Drawing:
    """One illustration, and what it shows in both languages."""

    draw: Callable[[], Canvas]
    shows_th: str
    shows_en: str


DRAWINGS = {
    "coconut": Drawing(sweets.coconut, "มะพร้าวแก้วบนถาดไม้", "Coconut candy on a tray"),
    "banana": Drawing(sweets.banana, "กล้วยตากบนถาดไม้", "Dried bananas on a tray"),
    "pineapple": Drawing(
        sweets.pineapple, "สับปะรดและแว่นสับปะรด", "A pineapple and a slice"
    ),
    "mushroom": Drawing(sweets.mushroom, "เห็ดในทุ่งหญ้า", "Mushrooms in the grass"),
    "macadamia": Drawing(sweets.macadamia, "ลูกแมคคาเดเมีย", "Macadamia nuts"),
    "tamarind": Drawing(sweets.tamarind, "ฝักมะขามบนถาดไม้", "Tamarind pods on a tray"),
    "strawberry": Drawing(
        sweets.strawberry, "สตรอว์เบอร์รีหน้าภูเขา", "Strawberries before hills"
    ),
    "crackers": Drawing(
        sweets.crackers, "ข้าวแต๋นราดน้ำอ้อย", "Rice crackers with cane syrup"
    ),
    "dried_fruit": Drawing(
        sweets.dried_fruit, "ผลไม้อบแห้งบนถาดไม้", "Dried fruit on a tray"
    ),
    "longan": Drawing(sweets.longan, "ช่อลำไยและลำไยอบแห้ง", "Longan, fresh and dried"),
    "parcels": Drawing(sweets.parcels, "ขนมห่อใบตอง", "Sweets in banana leaf"),
    "chilli": Drawing(
        table.chilli, "กระปุกน้ำพริก พริก และกระเทียม", "A jar of chilli paste"
    ),
    "rice": Drawing(table.rice, "ข้าวเหนียวแดงในภาชนะสาน", "Red rice in a basket"),
    "noodles": Drawing(table.noodles, "ชามเส้นและตะเกียบ", "A bowl of noodles"),
    "fish": Drawing(table.fish, "ปลาแดดเดียวแขวนตากลม", "Fish drying on a line"),
    "sausage": Drawing(table.sausage, "ไส้กรอกบนใบตอง", "Sausages on a leaf"),
    "coffee": Drawing(table.coffee, "ถุงกาแฟหน้าทิวเขา", "A bag of coffee before hills"),
    "tea": Drawing(table.tea, "ถ้วยชาสมุนไพร", "A cup of herbal tea"),
    "juice": Drawing(table.juice, "ขวดน้ำผลไม้", "A bottle of fruit juice"),
    "wine": Drawing(table.wine, "ขวดและแก้ว", "A bottle and a glass"),
    "honey": Drawing(table.honey, "ขวดน้ำผึ้งและผึ้ง", "A jar of honey and a bee"),
    "mask_red": Drawing(
        souvenirs.mask_red, "หน้ากากผีตาโขนสีแดง", "A red Phi Ta Khon mask"
    ),
    "mask_indigo": Drawing(
        souvenirs.mask_indigo, "หน้ากากผีตาโขนสีคราม", "An indigo Phi Ta Khon mask"
    ),
    "mask_small": Drawing(
        souvenirs.mask_small, "พวงกุญแจหน้ากากสามชิ้น", "Three masks on key rings"
    ),
    "doll": Drawing(souvenirs.doll, "ตุ๊กตาผีตาโขนในชุดผ้าปะ", "A Phi Ta Khon doll"),
    "quilt": Drawing(cloth.quilt, "ผ้านวมลายข้าวหลามตัด", "A quilt of diamonds"),
    "thaidam": Drawing(cloth.thaidam, "ผ้าทอไทดำ", "Tai Dam cloth"),
    "cotton": Drawing(cloth.cotton, "ผ้าฝ้ายพับซ้อนกัน", "Folded cotton cloth"),
    "silk": Drawing(cloth.silk, "ผ้าไหมมัดหมี่แขวนราว", "Ikat silk on a rail"),
    "brocade": Drawing(cloth.brocade, "ผ้าไหมยกดอก", "Brocade silk"),
    "scarf": Drawing(cloth.scarf, "ผ้าพันคอย้อมคราม", "An indigo scarf"),
    "bag": Drawing(cloth.bag, "กระเป๋าผ้าทอ", "A woven bag"),
    "shirt": Drawing(cloth.shirt, "เสื้อม่อฮ่อม", "An indigo shirt"),
    "knit": Drawing(cloth.knit, "หมวกไหมพรมและกลุ่มไหม", "A knitted hat and yarn"),
    "stone": Drawing(souvenirs.stone, "ช้างหินแกะสลัก", "A carved stone elephant"),
    "beads": Drawing(souvenirs.beads, "สร้อยข้อมือหิน", "A bracelet of stones"),
    "wood": Drawing(souvenirs.wood, "ชามไม้และช้อนไม้", "A wooden bowl and spoons"),
    "basket": Drawing(souvenirs.basket, "กระติบข้าวไม้ไผ่", "A bamboo rice basket"),
    "mat": Drawing(souvenirs.mat, "เสื่อกกลายสี", "A striped reed mat"),
    "postcard": Drawing(
        souvenirs.postcard, "โปสการ์ดเมืองริมโขง", "Postcards of a river town"
    ),
    "lantern": Drawing(souvenirs.lantern, "โคมกระดาษสา", "A mulberry-paper lantern"),
    "soap": Drawing(souvenirs.soap, "สบู่ก้อนสมุนไพร", "Bars of herbal soap"),
    "balm": Drawing(souvenirs.balm, "น้ำมันนวดและลูกประคบ", "Massage oil and a compress"),
    "loom": Drawing(scenes.loom, "กี่ทอผ้าใต้ถุนเรือน", "A loom under a house"),
    "kitchen": Drawing(scenes.kitchen, "เตาฟืนและกระทะ", "A wood-fired stove"),
    "orchard": Drawing(scenes.orchard, "สวนบนเขากับทะเลหมอก", "A hill farm above mist"),
    "street": Drawing(scenes.street, "เรือนแถวไม้ริมแม่น้ำ", "Wooden houses by the river"),
    "logo_first": Drawing(
        scenes.logo_first, "ตะกร้าหน้าภูเขาในวงกลม", "A basket before hills, in a ring"
    ),
    "logo_second": Drawing(
        scenes.logo_second, "หน้ากากที่สวมยอดภู", "A mask with a mountain for a hat"
    ),
}


def png_of(name: str) -> bytes:
    """Return the drawing of that name as a PNG; the same bytes at every call."""
    return DRAWINGS[name].draw().png()
