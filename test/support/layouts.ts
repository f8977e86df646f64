/** Every data set in miniature, in each form in which its users download it; see docs/data-sets.md. */
import type { AdapterName } from '../../domain/recipe/data.ts';
import { temporaryFolder, textbookLine, writeFiles } from './datasets.ts';
import { drawImages } from './image-files.ts';

export interface Layout {
  adapter: AdapterName;
  /** Which of several downloads. */
  form: string;
  /** Contents of tables by path; the first one lists the images. */
  tables: Record<string, string>;
  images: string[];
  /** Column of the first table that names the image. */
  imageColumn: string | null;
  /** Source and diagnosis of each record, with a slash for an item without diagnosis. */
  holds: string[];
}

const csv = (...lines: string[]): string => `${lines.join('\n')}\n`;
const archiveHeader =
  'isic_id,attribution,copyright_license,age_approx,diagnosis_1,diagnosis_2,diagnosis_3,diagnosis_4,diagnosis_5,image_type,lesion_id,patient_id';
const archiveRow = (id: string, path: string, lesion: string): string => {
  const levels = [...path.split(':'), '', '', '', '', '']
    .slice(0, 5)
    .map((name) => (name.includes(',') ? `"${name}"` : name));
  return `${id},Anonymous,CC-BY,55,${levels.join(',')},dermoscopic,${lesion},`;
};
const nevus = 'Benign:Benign melanocytic proliferations:Nevus';
const melanoma = 'Malignant:Malignant melanocytic proliferations (Melanoma):Melanoma, NOS';
const padHeader =
  'patient_id,lesion_id,smoke,drink,background_father,background_mother,age,pesticide,gender,skin_cancer_history,cancer_history,has_piped_water,has_sewage_system,fitspatrick,region,diameter_1,diameter_2,diagnostic,itch,grew,hurt,changed,bleed,elevation,img_id,biopsed';
const padRow = (patient: string, lesion: string, diagnostic: string, image: string): string =>
  `${patient},${lesion},,,,,8,,,,,,,,ARM,,,${diagnostic},False,False,False,False,False,False,${image},False`;
const derm7ptHeader =
  'case_num,diagnosis,seven_point_score,pigment_network,streaks,pigmentation,regression_structures,dots_and_globules,blue_whitish_veil,vascular_structures,level_of_diagnostic_difficulty,elevation,location,sex,management,clinic,derm,case_id,notes';
const derm7ptRow = (number: number, diagnosis: string, clinic: string, derm: string): string =>
  `${number},${diagnosis},1,atypical,absent,diffuse regular,absent,regular,absent,absent,low,flat,back,male,excision,${clinic},${derm},,`;
const derm12345Header =
  'image_id,patient_id,image_type,copyright-license,split,super_class,malignancy,main_class_1,main_class_2,sub_class,label';
const question = (dataset: string, id: string, image: string): string =>
  JSON.stringify([
    {
      dataset,
      question_id: id,
      question_type: 'Disease Diagnosis',
      question: 'What is shown?',
      gt_answer: 'melanoma',
      image_path: image,
      option_A: 'Nevus.',
      option_B: 'Melanoma.',
      modality_type: 'Dermoscopy',
    },
    {
      dataset,
      question_id: `${id}m`,
      question_type: 'Modality Recognition',
      question: 'How?',
      gt_answer: 'a',
      image_path: image,
      option_A: 'a',
      option_B: 'b',
    },
  ]);
const openAccess = 'OmniMedVQA/QA_information/Open-access';
const omniParts = ['ISBI2016', 'ISIC2018', 'ISIC2019', 'ISIC2020', 'Monkeypox Skin Image 2022'];

export const layouts: readonly Layout[] = [
  {
    adapter: 'ham10000',
    form: 'Kaggle',
    tables: {
      'HAM10000_metadata.csv': csv(
        'lesion_id,image_id,dx,dx_type,age,sex,localization',
        'HAM_1,ISIC_1,nv,histo,80.0,male,scalp',
        'HAM_2,ISIC_2,mel,histo,,unknown,unknown',
      ),
    },
    images: ['HAM10000_images_part_1/ISIC_1.jpg', 'HAM10000_images_part_2/ISIC_2.jpg'],
    imageColumn: 'image_id',
    holds: ['ham10000: melanocytic nevus', 'ham10000: melanoma'],
  },
  {
    adapter: 'ham10000',
    form: 'Dataverse with the test set',
    tables: {
      HAM10000_metadata: csv(
        'lesion_id,image_id,dx,dx_type,age,sex,localization,dataset',
        'HAM_1,ISIC_1,akiec,histo,80.0,male,scalp,rosendahl',
      ),
      'ISIC2018_Task3_Test_GroundTruth.csv': csv('lesion_id,image_id,dx,dx_type', 'HAMTEST_1,ISIC_9,vasc,histo'),
    },
    images: ['HAM10000_images_part_1/ISIC_1.jpg', 'ISIC2018_Task3_Test_Images/ISIC_9.jpg'],
    imageColumn: 'image_id',
    holds: ['ham10000: actinic keratosis or bowen disease', 'ham10000: vascular lesion'],
  },
  {
    adapter: 'ham10000',
    form: 'ISIC archive',
    tables: {
      'metadata.csv': csv(archiveHeader, archiveRow('ISIC_1', nevus, 'HAM_1'), archiveRow('ISIC_2', melanoma, 'HAM_2')),
    },
    images: ['ISIC_1.jpg', 'ISIC_2.jpg'],
    imageColumn: 'isic_id',
    holds: ['ham10000: melanocytic nevus', 'ham10000: melanoma'],
  },
  {
    adapter: 'isic2018',
    form: 'challenge',
    tables: {
      'ISIC2018_Task3_Test_GroundTruth/ISIC2018_Task3_Test_GroundTruth.csv': csv(
        'image,MEL,NV,BCC,AKIEC,BKL,DF,VASC',
        'ISIC_0034524,0.0,1.0,0.0,0.0,0.0,0.0,0.0',
      ),
      'ISIC2018_Task3_Training_GroundTruth/ISIC2018_Task3_Training_GroundTruth.csv': csv(
        'image,MEL,NV,BCC,AKIEC,BKL,DF,VASC',
        'ISIC_0024306,0.0,0.0,0.0,0.0,1.0,0.0,0.0',
      ),
      'ISIC2018_Task3_Training_LesionGroupings.csv': csv(
        'image,lesion_id,diagnosis_confirm_type',
        'ISIC_0024306,HAM_7,histopathology',
      ),
    },
    images: ['ISIC2018_Task3_Test_Input/ISIC_0034524.jpg', 'ISIC2018_Task3_Training_Input/ISIC_0024306.jpg'],
    imageColumn: 'image',
    holds: ['isic2018: benign keratosis-like lesion', 'isic2018: melanocytic nevus'],
  },
  {
    adapter: 'isic2019',
    form: 'challenge',
    tables: {
      'ISIC_2019_Training_GroundTruth.csv': csv(
        'image,MEL,NV,BCC,AK,BKL,DF,VASC,SCC,UNK',
        'ISIC_0000000,0.0,1.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0',
        'ISIC_0000001_downsampled,0.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,0.0',
      ),
      'ISIC_2019_Training_Metadata.csv': csv(
        'image,age_approx,anatom_site_general,lesion_id,sex',
        'ISIC_0000000,55.0,anterior torso,BCN_0003884,female',
        'ISIC_0000001_downsampled,30.0,anterior torso,,female',
      ),
    },
    images: ['ISIC_2019_Training_Input/ISIC_0000000.jpg', 'ISIC_2019_Training_Input/ISIC_0000001_downsampled.jpg'],
    imageColumn: 'image',
    holds: ['isic2019: melanocytic nevus', 'isic2019: squamous cell carcinoma'],
  },
  {
    adapter: 'isic2020',
    form: 'challenge',
    tables: {
      'ISIC_2020_Training_GroundTruth.csv': csv(
        'image_name,patient_id,sex,age_approx,anatom_site_general_challenge,diagnosis,benign_malignant,target',
        'ISIC_2637011,IP_7279968,male,45.0,head/neck,nevus,benign,0',
        'ISIC_0015719,IP_3075186,female,45.0,upper extremity,melanoma,malignant,1',
      ),
    },
    images: ['train/ISIC_2637011.jpg', 'train/ISIC_0015719.jpg'],
    imageColumn: 'image_name',
    holds: ['isic2020: melanocytic nevus', 'isic2020: melanoma'],
  },
  {
    adapter: 'isic-archive',
    form: 'download',
    tables: {
      'metadata.csv': csv(
        archiveHeader,
        archiveRow('ISIC_1', `${nevus}:Blue nevus`, ''),
        archiveRow('ISIC_2', melanoma, 'IL_2'),
      ),
    },
    images: ['ISIC_1.jpg', 'images/ISIC_2.jpg'],
    imageColumn: 'isic_id',
    holds: ['isic-archive: blue nevus', 'isic-archive: melanoma'],
  },
  {
    adapter: 'bcn20000',
    form: 'Figshare',
    tables: {
      'bcn_20k_train.csv': csv(
        'bcn_filename,age_approx,anatom_site_general,diagnosis,lesion_id,capture_date,sex,split',
        'BCN_0000000001.jpg,55.0,anterior torso,MEL,BCN_0003884,2012-05-16,male,train',
        'BCN_0000000003.jpg,50.0,anterior torso,DF,BCN_0000019,2015-07-09,female,train',
      ),
    },
    images: ['BCN_20k_train/bcn_20k_train/BCN_0000000001.jpg', 'BCN_20k_train/bcn_20k_train/BCN_0000000003.jpg'],
    imageColumn: 'bcn_filename',
    holds: ['bcn20000: dermatofibroma', 'bcn20000: melanoma'],
  },
  {
    adapter: 'bcn20000',
    form: 'ISIC archive',
    tables: {
      'metadata.csv': csv(
        archiveHeader,
        archiveRow('ISIC_1', melanoma, 'BCN_0003884'),
        archiveRow('ISIC_2', 'Benign:Benign - Other:Scar', 'BCN_0000019'),
        archiveRow('ISIC_3', 'Benign:Benign epidermal proliferations:Solar lentigo', 'BCN_1'),
      ),
    },
    images: ['images/ISIC_1.jpg', 'images/ISIC_2.jpg', 'images/ISIC_3.jpg'],
    imageColumn: 'isic_id',
    holds: ['bcn20000: benign keratosis-like lesion', 'bcn20000: melanoma', 'bcn20000: scar'],
  },
  {
    adapter: 'derm12345',
    form: 'Dataverse',
    tables: {
      'derm12345_metadata_train.csv': csv(
        derm12345Header,
        'DERM_1,PID_1,dermoscopic,CC-BY,train,melanocytic,benign,banal,compound,acral,acb',
        'DERM_2,PID_2,dermoscopic,CC-BY,train,melanocytic,benign,banal,compound,"miescher ",mcb',
      ),
      'derm12345_metadata_test.csv': csv(
        derm12345Header,
        'DERM_3,PID_3,dermoscopic,CC-BY,test,nonmelanocytic,malignant,vascular,vascular,kaposi_sarcoma,ks',
      ),
    },
    images: [
      'derm12345_train_part_1/acb/DERM_1.jpg',
      'derm12345_train_part_2/mcb/DERM_2.jpg',
      'derm12345_test/ks/DERM_3.jpg',
    ],
    imageColumn: 'image_id',
    holds: ['derm12345: acral compound nevus', 'derm12345: compound miescher nevus', 'derm12345: kaposi sarcoma'],
  },
  {
    adapter: 'derm12345',
    form: 'ISIC archive',
    tables: {
      'metadata.csv': csv(
        archiveHeader,
        archiveRow('ISIC_1', `${nevus}:Blue nevus`, 'IL_1'),
        archiveRow('ISIC_2', melanoma, 'IL_2'),
      ),
    },
    images: ['images/ISIC_1.jpg', 'images/ISIC_2.jpg'],
    imageColumn: 'isic_id',
    holds: ['derm12345: blue nevus', 'derm12345: melanoma'],
  },
  {
    adapter: 'derm7pt',
    form: 'release_v0',
    tables: {
      'release_v0/meta/meta.csv': csv(
        derm7ptHeader,
        derm7ptRow(1, 'clark nevus', 'NEL/NEL025.JPG', 'NEL/Nel026.jpg'),
        derm7ptRow(2, 'melanoma (less than 0.76 mm)', 'FCl/Fcl068.jpg', 'FCl/Fcl069.jpg'),
        derm7ptRow(3, 'blue nevus', 'NBL/nbl001.jpg', 'NBL/nbl001.jpg'),
      ),
      'release_v0/meta/train_indexes.csv': csv('indexes', '0'),
      'release_v0/meta/valid_indexes.csv': csv('indexes', '1'),
      'release_v0/meta/test_indexes.csv': csv('indexes', '2'),
    },
    images: ['NEL/NEL025.JPG', 'NEL/Nel026.jpg', 'FCL/Fcl068.jpg', 'FCL/Fcl069.jpg', 'NBL/nbl001.jpg'].map(
      (path) => `release_v0/images/${path}`,
    ),
    imageColumn: 'derm',
    holds: [
      'derm7pt: blue nevus',
      'derm7pt: blue nevus',
      'derm7pt: dysplastic nevus',
      'derm7pt: dysplastic nevus',
      'derm7pt: melanoma (less than 0.76 mm)',
      'derm7pt: melanoma (less than 0.76 mm)',
    ],
  },
  {
    adapter: 'dermnet',
    form: 'Kaggle',
    tables: {},
    images: [
      'train/Bullous Disease Photos/bullous-pemphigoid-96.jpg',
      'test/Melanoma Skin Cancer Nevi and Moles/malignant-melanoma-1.jpg',
      'test/Eczema Photos/03DermatitisArm.jpg',
    ],
    imageColumn: null,
    holds: ['dermnet: bullous pemphigoid', 'dermnet: melanoma'],
  },
  {
    adapter: 'pad-ufes-20',
    form: 'Mendeley',
    tables: {
      'metadata.csv': csv(
        padHeader,
        padRow('PAT_1516', '1765', 'NEV', 'PAT_1516_1765_530.png'),
        padRow('PAT_46', '881', 'BCC', 'PAT_46_881_939.png'),
      ),
    },
    images: ['images/imgs_part_1/PAT_1516_1765_530.png', 'images/imgs_part_2/PAT_46_881_939.png'],
    imageColumn: 'img_id',
    holds: ['pad-ufes-20: basal cell carcinoma', 'pad-ufes-20: melanocytic nevus'],
  },
  {
    adapter: 'ddi',
    form: 'Stanford',
    tables: {
      'ddi_metadata.csv': csv(
        ',DDI_ID,DDI_file,skin_tone,malignant,disease',
        '0,1,000001.png,56,TRUE,melanoma-in-situ',
        '1,2,000002.png,12,FALSE,seborrheic-keratosis',
      ),
    },
    images: ['images/000001.png', 'images/000002.png'],
    imageColumn: 'DDI_file',
    holds: ['ddi: melanoma in situ', 'ddi: seborrheic keratosis'],
  },
  {
    adapter: 'fitzpatrick17k',
    form: 'table and fetched images',
    tables: {
      'fitzpatrick17k.csv': csv(
        'md5hash,fitzpatrick_scale,fitzpatrick_centaur,label,nine_partition_label,three_partition_label,qc,url,url_alphanum',
        '5e82a45bc5d78bd24ae9202d194423f8,3,3,drug induced pigmentary changes,inflammatory,non-neoplastic,,http://x/y.jpg,y.jpg',
        'fa2911a9b13b6f8af79cb700937cc14f,1,1,basal cell carcinoma,malignant epidermal,malignant,,http://x/z.jpg,z.jpg',
      ),
    },
    images: ['images/5e82a45bc5d78bd24ae9202d194423f8.jpg', 'images/fa2911a9b13b6f8af79cb700937cc14f.jpg'],
    imageColumn: 'md5hash',
    holds: ['fitzpatrick17k: basal cell carcinoma', 'fitzpatrick17k: drug-induced pigmentation'],
  },
  {
    adapter: 'skincon',
    form: 'both sets',
    tables: {
      'fitzpatrick17k/annotation.csv': csv(
        ',ImageID,Vesicle,Brown(Hyperpigmentation),Do not consider this image',
        '0,fa2911a9b13b6f8af79cb700937cc14f.jpg,1,0,0',
        '1,0000000000000000000000000000000a.jpg,0,1,0',
      ),
      'fitzpatrick17k/fitzpatrick17k.csv': csv(
        'md5hash,label,three_partition_label',
        'fa2911a9b13b6f8af79cb700937cc14f,acne,non-neoplastic',
      ),
      'DDI/annotations_ddi.csv': csv(
        ',ImageID,Vesicle,Brown(Hyperpigmentation),Do not consider this image',
        '0,000655.png,0,1,0',
        '1,000001.png,0,1,1',
      ),
    },
    images: [
      'fitzpatrick17k/images/fa2911a9b13b6f8af79cb700937cc14f.jpg',
      'fitzpatrick17k/images/0000000000000000000000000000000a.jpg',
      'DDI/images/000655.png',
      'DDI/images/000001.png',
    ],
    imageColumn: 'ImageID',
    holds: ['skincon/ddi: /', 'skincon/fitzpatrick17k: /', 'skincon/fitzpatrick17k: acne'],
  },
  {
    adapter: 'omnimedvqa',
    form: 'unpacked archive',
    tables: Object.fromEntries(
      omniParts.map((part, i) => [
        `${openAccess}/${part}.json`,
        question(part, `q${i}`, `Images/${part}/test/ISIC_${i}.jpg`),
      ]),
    ),
    images: omniParts.map((part, i) => `OmniMedVQA/Images/${part}/test/ISIC_${i}.jpg`),
    imageColumn: null,
    holds: ['isbi2016', 'isic2018', 'isic2019', 'isic2020', 'monkeypox2022'].map((part) => `omnimedvqa/${part}: /`),
  },
  {
    adapter: 'textbook',
    form: 'JSON lines',
    tables: { 'cases.jsonl': `${textbookLine('b1')}\n${textbookLine('b2', { diagnosis: 'SCC' })}\n` },
    images: ['images/b1.jpg', 'images/b2.jpg'],
    imageColumn: null,
    holds: ['textbook: melanocytic nevus', 'textbook: squamous cell carcinoma'],
  },
];

/** Writes the set below an empty folder. */
export async function writeLayout({ tables, images }: Pick<Layout, 'tables' | 'images'>): Promise<string> {
  const folder = await temporaryFolder();
  await writeLayoutTo(folder, { tables, images });
  return folder;
}

export async function writeLayoutTo(
  folder: string,
  { tables, images }: Pick<Layout, 'tables' | 'images'>,
): Promise<void> {
  await writeFiles(folder, tables);
  await drawImages(folder, images);
}
